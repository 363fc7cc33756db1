"""What is solved: problems, their tests, and the loaders of benchmarks."""
