"""Speed and quality, measured and printed as tables; see docs/benchmarks.md."""
