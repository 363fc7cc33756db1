"""perftui: refine programs for speed with a language model, and see what happened."""

__version__ = "0.1.0"
