"""Owns cases: what people bring, how it is triaged, reviewed, worked and closed, and their public timeline.
Hears what became of complaints, messages, callbacks and surveys about its cases.
Tells what happens to a case, and when the customer voices a grievance.
"""
