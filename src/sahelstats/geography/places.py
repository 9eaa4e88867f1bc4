"""Capitals, and the incidents near a place."""

import difflib
from functools import lru_cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sahelstats.geography.coordinates import positions
from sahelstats.geography.distances import distance_km
from sahelstats.geography.names import fold
from sahelstats.geography.selection import select
from sahelstats.tables import load_places


@lru_cache(maxsize=1)
def capitals() -> dict[str, tuple[str, float, float]]:
    """Return the capitals of the region.

    Returns
    -------
    dict
        Name -> country (ISO alpha-3), latitude, longitude (WGS84 degrees), from places.csv.

    Examples
    --------
    >>> capitals()["Bamako"]
    ('MLI', 12.6392, -8.0029)
    """
    return _named(load_places().query("kind == 'capital'"))


def _named(places: pd.DataFrame) -> dict[str, tuple[str, float, float]]:
    rows = places[["place", "country", "latitude", "longitude"]].itertuples(index=False)
    return {str(name): (str(code), float(lat), float(lon)) for name, code, lat, lon in rows}


def locate(place: str | tuple[float, float]) -> tuple[float, float]:
    """Return a place's latitude and longitude: a town of places.csv by name, or the pair itself.

    >>> locate("Bamako")
    (12.6392, -8.0029)
    """
    if not isinstance(place, str):
        latitude, longitude = place
        return float(latitude), float(longitude)
    known = _named(load_places())
    found = {fold(name): value[1:] for name, value in known.items()}
    if fold(place) not in found:
        near = difflib.get_close_matches(fold(place), found, n=1)
        hint = f" (nearest: {near[0]!r})" if near else ""
        raise ValueError(
            f"{place!r} is not in data/curated/places.csv{hint}: give a name that is, or "
            "(latitude, longitude)"
        )
    return found[fold(place)]


def within_km(
    table: pd.DataFrame,
    place: str | tuple[float, float],
    km: float,
    *,
    max_geo_precision: int | None = 2,
) -> pd.DataFrame:
    """Incidents within a distance of a place, nearest first.

    Parameters
    ----------
    table : DataFrame
        Columns latitude, longitude, geo_precision.
    place : str or (float, float)
        A name of places.csv, or latitude and longitude (WGS84 degrees).
    km : float
        Greatest geodesic distance, in kilometres.
    max_geo_precision : int or None
        Coarsest precision used; 2 (within about 25 km) by default.

    Returns
    -------
    DataFrame
        The rows within `km` with a column distance_km; possibly none.
        ``attrs["shown"]`` says how many of the table's incidents could be considered.

    Raises
    ------
    ValueError
        Unknown place; `km` not positive; no usable rows; unusable coordinates.

    Notes
    -----
    Geodesic (Karney 2013).

    Examples
    --------
    >>> table = pd.DataFrame({"place": ["Kati", "Gao"], "latitude": [12.7441, 16.2717],
    ...                       "longitude": [-8.0726, -0.0447], "geo_precision": 1})
    >>> within_km(table, "Bamako", 100)[["place", "distance_km"]].round(1).values.tolist()
    [['Kati', 13.9]]
    """
    if not km > 0:
        raise ValueError(f"km is {km}: give a positive distance")
    latitude, longitude = locate(place)
    chosen = select(table, "incidents", max_geo_precision)
    away = distance_km(latitude, longitude, *positions(chosen.table))
    near = chosen.table.assign(distance_km=away)[away <= km]
    near = near.sort_values("distance_km", kind="stable")
    near.attrs["shown"] = chosen.shown.as_dict()
    return near


def nearest_capital(table: pd.DataFrame) -> pd.DataFrame:
    """Nearest capital of each incident and the distance to it.

    Parameters
    ----------
    table : DataFrame
        Columns latitude, longitude.

    Returns
    -------
    DataFrame
        Indexed like the table: capital (name), capital_country, capital_km. Missing where
        a coordinate is missing.

    Raises
    ------
    ValueError
        A latitude outside -90..90 or a longitude outside -180..180.

    Notes
    -----
    Geodesic; the nearest capital may be a neighbour's.

    Examples
    --------
    >>> nearest_capital(pd.DataFrame({"latitude": [12.7], "longitude": [-8.1]})).capital.tolist()
    ['Bamako']
    """
    lat, lon = positions(table)
    known_capitals = capitals()
    names = np.array(list(known_capitals), dtype=object)
    codes = np.array([c for c, _, _ in known_capitals.values()], dtype=object)
    best, which = np.full(len(table), np.inf), np.full(len(table), -1)
    for k, (_, latitude, longitude) in enumerate(known_capitals.values()):
        away: NDArray[np.float64] = distance_km(latitude, longitude, lat, lon)
        nearer = away < best
        best[nearer], which[nearer] = away[nearer], k
    known = which >= 0
    return pd.DataFrame(
        {
            "capital": pd.array(np.where(known, names[which], None), dtype="str"),
            "capital_country": pd.array(np.where(known, codes[which], None), dtype="str"),
            "capital_km": np.where(known, best, np.nan),
        },
        index=table.index,
    )
