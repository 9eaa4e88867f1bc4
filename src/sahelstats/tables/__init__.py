"""Ground floor: the schema, loading and validation, one error that names every fault."""

from sahelstats.tables.faults import Fault, TableError
from sahelstats.tables.loading import load_claims, load_incidents, load_places, load_table

__all__ = [
    "Fault",
    "TableError",
    "load_claims",
    "load_incidents",
    "load_places",
    "load_table",
    "validate",
]


def __getattr__(name: str) -> object:
    # Validation brings pandera and shapely along, which loading does without.
    if name == "validate":
        from sahelstats.tables.validation import validate

        return validate
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
