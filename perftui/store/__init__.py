"""SQLite: the append-only log of events and what is read from it."""
