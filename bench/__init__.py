"""Benchmarks: `make bench` for the product, `python -m bench.servers` for the HTTP servers."""
