"""The parts every service is made of, each written once."""
