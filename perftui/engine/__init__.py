"""One run: what is worked on when, and the commands that a screen may give."""
