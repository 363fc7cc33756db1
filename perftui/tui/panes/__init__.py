"""What a problem screen shows of a round, as pure functions from facts to lines."""
