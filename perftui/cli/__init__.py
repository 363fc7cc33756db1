"""The command line: thin; every command hands over to a room."""
