"""The versions of socialscore and of its method, which every output names."""

__version__ = "0.3.0"

METHOD = "2"
"""The method by which numbers are counted from messages and judgements.

Raise it when the same store gives other numbers by the same options: publications of another method
are not counted again, nor compared with.
"""

FIRST_METHOD = "1"
"""That of publications which do not name theirs."""
