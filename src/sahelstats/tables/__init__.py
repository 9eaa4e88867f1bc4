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
]
