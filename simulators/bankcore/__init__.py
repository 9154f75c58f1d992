"""A bank worth testing against: its own process, its own SQLite file, its own double-entry books."""
