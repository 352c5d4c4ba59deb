"""Corpora, the peer comparison and the stage benchmarks. Nothing here ships in the wheel."""
