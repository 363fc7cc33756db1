"""What strategies are composed of: a file a part."""
