"""Owns messages and how they went, how each customer is reached, and callbacks.
Hears everything that somebody must be told.
Tells what was sent, what could not be, and whether a callback reached the customer.
"""
