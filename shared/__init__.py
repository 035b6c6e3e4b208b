"""Plumbing that knows no business: contracts, the store transaction, promises, working time, HTTP, logs."""
