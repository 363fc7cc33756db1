"""A run without a screen: a progress bar, plain lines, or JSON lines."""
