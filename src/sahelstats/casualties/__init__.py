"""Casualty uncertainty: distributions of tolls, exact totals, pooling, and who reports what.

Names are loaded when first used, so importing the package costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sahelstats.casualties.assumed import Assumed as Assumed
    from sahelstats.casualties.assumed import assumed_tolls as assumed_tolls
    from sahelstats.casualties.bias import log_ratios as log_ratios
    from sahelstats.casualties.bias import reporting_bias as reporting_bias
    from sahelstats.casualties.collection import CountDistributions as CountDistributions
    from sahelstats.casualties.comparisons import exceedance_curve as exceedance_curve
    from sahelstats.casualties.comparisons import prob_deadliest as prob_deadliest
    from sahelstats.casualties.comparisons import prob_greater as prob_greater
    from sahelstats.casualties.counts import CountDistribution as CountDistribution
    from sahelstats.casualties.grouped import total_by as total_by
    from sahelstats.casualties.incidents import MODELS as MODELS
    from sahelstats.casualties.incidents import (
        incident_distributions as incident_distributions,
    )
    from sahelstats.casualties.incidents import reported_deaths as reported_deaths
    from sahelstats.casualties.models import lognormal as lognormal
    from sahelstats.casualties.models import pert as pert
    from sahelstats.casualties.models import triangular as triangular
    from sahelstats.casualties.models import uniform as uniform
    from sahelstats.casualties.partitioned import total_by_parquet as total_by_parquet
    from sahelstats.casualties.pooling import Pooled as Pooled
    from sahelstats.casualties.pooling import draws as draws
    from sahelstats.casualties.pooling import pool as pool
    from sahelstats.casualties.reported import ReportedDeaths as ReportedDeaths
    from sahelstats.casualties.tolls import Envelope as Envelope
    from sahelstats.casualties.tolls import envelope as envelope
    from sahelstats.casualties.tolls import toll_ranges as toll_ranges
    from sahelstats.casualties.totals import Total as Total
    from sahelstats.casualties.totals import total as total

_HOME = {
    "assumed": ("Assumed", "assumed_tolls"),
    "bias": ("log_ratios", "reporting_bias"),
    "comparisons": ("exceedance_curve", "prob_deadliest", "prob_greater"),
    "collection": ("CountDistributions",),
    "counts": ("CountDistribution",),
    "grouped": ("total_by",),
    "partitioned": ("total_by_parquet",),
    "incidents": ("MODELS", "incident_distributions", "reported_deaths"),
    "models": ("lognormal", "pert", "triangular", "uniform"),
    "pooling": ("Pooled", "draws", "pool"),
    "reported": ("ReportedDeaths",),
    "tolls": ("Envelope", "envelope", "toll_ranges"),
    "totals": ("Total", "total"),
}
_MODULE_OF = {name: module for module, names in _HOME.items() for name in names}

__all__ = [
    "MODELS",
    "Assumed",
    "CountDistribution",
    "CountDistributions",
    "Envelope",
    "Pooled",
    "ReportedDeaths",
    "Total",
    "assumed_tolls",
    "draws",
    "envelope",
    "exceedance_curve",
    "incident_distributions",
    "log_ratios",
    "lognormal",
    "pert",
    "pool",
    "prob_deadliest",
    "prob_greater",
    "reported_deaths",
    "reporting_bias",
    "toll_ranges",
    "total",
    "total_by",
    "total_by_parquet",
    "triangular",
    "uniform",
]


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULE_OF[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
