"""Plumbing that knows no business: contracts, the store transaction, promises, working time, HTTP, logs."""

import gc

# Importing a function makes a hundred thousand objects, all of which stay. Looking through them for garbage every 700
# of them, as is usual, is a tenth of its start.
gc.set_threshold(50_000)
