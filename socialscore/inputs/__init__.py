"""What people write: panels, rankings, opening hours, settings and credentials."""
