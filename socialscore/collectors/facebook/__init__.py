"""Facebook: walls of pages, by their own tokens."""

from __future__ import annotations

from socialscore.collectors.facebook.collector import FacebookCollector

__all__ = ["COLLECTOR"]

COLLECTOR = FacebookCollector
