"""The few styles that text is written in, in terms of the theme; never a colour by name."""

from __future__ import annotations

GOOD = "$text-success"
BEST = "bold $text-success"
BAD = "$text-error"
WARN = "$text-warning"
DIM = "$text-muted"
KEY = "bold $text-accent"
HEAD = "bold"
TITLE = "bold $text-primary"
LIVE = "$text-accent"
