"""One picture of a run: the event union, and the pure reducer that makes RunState of it."""
