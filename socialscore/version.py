"""The version of socialscore, which every output names."""

__version__ = "0.2.0"
