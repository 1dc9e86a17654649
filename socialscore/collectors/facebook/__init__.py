"""Facebook: walls of pages, by their own tokens."""
