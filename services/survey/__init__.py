"""Owns invitations, answers and scores.
Hears when a case or a complaint is closed.
Tells when a customer is to be asked, has answered, and was not satisfied.
"""
