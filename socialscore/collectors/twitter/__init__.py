"""X: mentions and posts, by the bearer token of an app."""

from __future__ import annotations

from socialscore.collectors.twitter.collector import TwitterCollector

__all__ = ["COLLECTOR"]

COLLECTOR = TwitterCollector
