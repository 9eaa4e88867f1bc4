"""Whether tables keep every rule: each by itself, and against each other."""

from sahelstats.validation.folder import validate

__all__ = ["validate"]
