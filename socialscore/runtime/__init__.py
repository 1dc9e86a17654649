"""What this machine lends: DuckDB, limits, temporary folders, object storage, files, retries."""
