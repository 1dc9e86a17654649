"""Engines: what runs the statements of scoring over named relations."""
