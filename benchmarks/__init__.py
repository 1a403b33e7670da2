"""Benchmarks against other libraries: `python -m benchmarks` in a clone."""
