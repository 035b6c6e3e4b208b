"""Owns complaints: investigations, corrective action, notices, the ledger, and when each is owed.
Hears when a customer voices a grievance, and its own complaints, to notice when many come at once.
Tells when a complaint is accepted, classified, goes up, is answered, reworked, closed, and what others must know.
"""
