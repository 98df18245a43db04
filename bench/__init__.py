"""Benchmarks: `make bench` for the product, `python bench/servers.py` for the HTTP servers."""
