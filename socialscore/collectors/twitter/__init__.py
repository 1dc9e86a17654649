"""X: mentions and posts, by the bearer token of an app."""
