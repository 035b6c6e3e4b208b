"""Owns complaints: dissatisfaction with a deadline, a ladder, findings and an answer.
Hears when a customer voices a grievance.
Tells when a complaint is accepted, goes up the ladder, is answered, is closed.
"""
