"""Worlds in memory that run the desk's handlers, and do to them what AWS, people and time do (docs/faults.md)."""
