"""Benchmarks of the real binaries against real hosts."""
