"""Casualty uncertainty and attack geography of the Sahel conflict.

Examples
--------
>>> import sahelstats
>>> len(sahelstats.load_incidents()) >= 400
True
"""

from importlib import import_module

__version__ = "0.1.0"

#: Name at the front door -> room it lives in; looked up when first used, so that a start is quick.
_ROOMS = {
    "TableError": "tables",
    "build_incidents": "ranges",
    "load_claims": "tables",
    "load_incidents": "tables",
    "validate": "validation",
}

__all__ = ["__version__", *_ROOMS]


def __getattr__(name: str) -> object:
    if name in _ROOMS:
        return getattr(import_module(f"sahelstats.{_ROOMS[name]}"), name)
    raise AttributeError(f"module 'sahelstats' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
