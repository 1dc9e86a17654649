"""The store: where messages are kept, and what must not be kept with them."""
