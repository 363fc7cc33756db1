"""Where programs run: the Sandbox protocol, its Docker and process forms, the wire format."""
