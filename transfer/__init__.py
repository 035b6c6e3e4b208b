"""Cases in from other systems' files and out into files, over the desk's HTTP.

It knows the desk by its HTTP alone and imports nothing of it.
"""
