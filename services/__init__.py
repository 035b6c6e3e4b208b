"""The desk's services. They are strangers to one another: what one must know of another it hears on the bus."""
