"""Real requests to two cities, brought to a running desk over its public HTTP as their people would bring them.

It knows the desk by its HTTP alone and imports nothing of it.
"""
