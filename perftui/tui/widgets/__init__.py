"""What the screens are made of: widgets draw rows and lines, and know nothing of a run's engine."""
