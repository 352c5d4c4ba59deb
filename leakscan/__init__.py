"""leakscan finds secrets, PII and confidential material in dataset shards."""

__version__ = "0.1.0"
