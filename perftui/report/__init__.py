"""Figures of a run: the metrics of the paper and better ones, in several formats."""
