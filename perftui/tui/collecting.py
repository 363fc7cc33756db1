"""Python's garbage collector, calmed: a full collection over the pictures of a large run stops the screen."""

from __future__ import annotations

import gc

_THRESHOLDS = (20_000, 25, 100)
"""Objects, and collections of each younger generation, from which on the next one is looked at."""


def calm_collector() -> None:
    """Look at old objects seldom; those that are there now, such as modules, never again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_THRESHOLDS)
