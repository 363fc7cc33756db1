"""Benchmarks as their publishers offer them: where each is, what it must hold, and where it is kept here."""
