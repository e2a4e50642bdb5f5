"""Speed and memory, side by side with peers; `make bench` runs it, `benchmarks/RESULTS.md` keeps the last figures."""
