"""What a measurement means: schedule, estimator, interval, verdict on speed; and the loop that measures."""
