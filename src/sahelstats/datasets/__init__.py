"""Adapters from other people's event files to the tidy table, and matching between tables."""

from importlib import import_module

#: Name at the door -> module it lives in; looked up when first used, so that a start is quick.
_MODULES = {
    "Imported": "importing",
    "check_totals": "totals",
    "fetch_api": "api",
    "fetch_ged": "fetching",
    "import_table": "importing",
    "mapping_markdown": "mapping",
    "match_events": "matching",
    "read_acled": "importing",
    "read_gtd": "importing",
    "read_ucdp_ged": "importing",
}

__all__ = [*_MODULES]


def __getattr__(name: str) -> object:
    if name in _MODULES:
        return getattr(import_module(f"sahelstats.datasets.{_MODULES[name]}"), name)
    raise AttributeError(f"module 'sahelstats.datasets' has no attribute {name!r}")
