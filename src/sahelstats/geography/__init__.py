"""Where attacks happen, and whether they move: functions that respect what is known.

Distances are geodesic (WGS84); areas, densities and ellipses are measured in one
equal-area projection of the region (Lambert azimuthal, 15 N 0 E). Every function that
places an incident takes ``max_geo_precision`` and says what it left out. Names are
loaded on first use, so that importing the room costs next to nothing.
"""

from importlib import import_module
from typing import Any

# A module must not bear the name of a function here: importing it would hide the function.
_HOME = {
    "distance_km": "distances",
    "northing_km": "distances",
    "distance_to_coast_km": "coast",
    "gulf_of_guinea": "coast",
    "project": "projection",
    "unproject": "projection",
    "load_aliases": "names",
    "comparable_names": "names",
    "country_codes": "names",
    "assign_regions": "regions",
    "RegionReport": "regions",
    "coordinate_faults": "coordinates",
    "in_region": "coordinates",
    "capitals": "places",
    "within_km": "places",
    "nearest_capital": "places",
    "precision_filter": "precision",
    "count_shown": "precision",
    "Shown": "precision",
    "jitter": "jittering",
    "yearly_centres": "movement",
    "ellipse_outline": "ellipses",
    "yearly_quantiles": "limits",
    "southern_limit": "limits",
    "yearly_share": "shares",
    "coastal_share": "shares",
    "capital_share": "shares",
    "southward_trend": "trend",
    "Trend": "trend",
    "Estimate": "overall",
    "overall_share": "overall",
    "overall_quantile": "overall",
    "deaths_by_division": "divisions",
    "split_years": "periods",
    "in_periods": "periods",
    "southward_shift": "periods",
    "share_change": "periods",
    "Shift": "periods",
    "death_weights": "weights",
    "hexagon_grid": "hexagons",
    "hexagon_outlines": "hexagons",
    "concentration": "inequality",
    "gini": "inequality",
    "top_share": "inequality",
    "hot_spots": "hotspots",
    "kernel_density": "density",
    "clusters": "clustering",
    "knox": "interaction",
    "KnoxTest": "interaction",
}

__all__ = [*_HOME]


def __getattr__(name: str) -> Any:
    """Load a public name from its module when it is first asked for."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """Every public name, loaded or not."""
    return sorted(_HOME)
