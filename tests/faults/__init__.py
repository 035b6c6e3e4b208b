"""A world in memory that runs the desk's real handlers and does to them what AWS, people and time do (docs/faults.md)."""
