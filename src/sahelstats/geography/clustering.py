"""Density-based clusters of attacks (DBSCAN) on great-circle distance."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sahelstats.geography.coordinates import positions
from sahelstats.geography.pairs import close_pairs
from sahelstats.geography.selection import select

IntArray = NDArray[np.int64]


def dbscan(
    lat: NDArray[np.float64], lon: NDArray[np.float64], km: float, min_incidents: int
) -> IntArray:
    """Return the cluster of each point, numbered from 0 by size, -1 for noise.

    Points at one place are treated as one with their number, which is exact and spares
    the pairs among them.
    """
    places, which, counts = np.unique(
        np.column_stack([lat, lon]), axis=0, return_inverse=True, return_counts=True
    )
    pairs = close_pairs(places[:, 0], places[:, 1], km)
    i, j = pairs[:, 0], pairs[:, 1]
    near = counts + np.bincount(i, counts[j], len(places)) + np.bincount(j, counts[i], len(places))
    core = near >= min_incidents
    label = _components(len(places), pairs[core[i] & core[j]])
    label[~core] = -1
    # A place that is not core joins the cluster of a core place in reach, the first in
    # order of latitude and longitude if there are several.
    both = np.concatenate([pairs, pairs[:, ::-1]])
    reach = both[~core[both[:, 0]] & core[both[:, 1]]]
    border, first = np.unique(reach[:, 0], return_index=True)
    label[border] = label[reach[first, 1]]
    return _by_size(label, counts)[which.ravel()]


def _components(n: int, edges: IntArray) -> IntArray:
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    graph = coo_array((np.ones(len(edges)), (edges[:, 0], edges[:, 1])), shape=(n, n))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)


def _by_size(label: IntArray, counts: IntArray) -> IntArray:
    """Number clusters by their incidents, the largest 0; ties by their first place."""
    names, first, which = np.unique(label, return_index=True, return_inverse=True)
    size = np.bincount(which.ravel(), counts)
    size[names == -1] = -1
    rank = np.empty(len(names), dtype=np.int64)
    rank[np.lexsort((first, -size))] = np.arange(len(names))
    rank[names == -1] = -1
    return rank[which.ravel()]


def clusters(
    table: pd.DataFrame,
    km: float = 25.0,
    min_incidents: int = 5,
    *,
    max_geo_precision: int | None = 2,
) -> pd.DataFrame:
    """Clusters of attacks: places that many attacks lie close to.

    Parameters
    ----------
    table : DataFrame
        Columns latitude, longitude, geo_precision.
    km : float
        Two incidents at most so far apart (great circle) are neighbours.
    min_incidents : int
        An incident with so many within `km`, itself included, is a core of a cluster.
    max_geo_precision : int or None
        Coarsest precision used.

    Returns
    -------
    DataFrame
        The rows used, with cluster: 0 the largest, 1 the next ..., -1 none. A single
        incident is noise unless min_incidents is 1. ``attrs["shown"]`` says N of M.

    Raises
    ------
    ValueError
        km or min_incidents not positive; more than 30 million pairs of places within `km`;
        nothing left; unusable coordinates.

    Notes
    -----
    DBSCAN (Ester, Kriegel, Sander and Xu 1996) by SciPy's KD-tree and connected components,
    so that no further package is needed; core points and noise agree with scikit-learn's.
    An incident on the border of two clusters goes to the one of its first core neighbour by
    latitude and longitude. Radius of the Earth 6371.0088 km.

    Examples
    --------
    >>> table = pd.DataFrame({"latitude": [14.0, 14.1, 14.05, 17.0], "longitude": 0.0,
    ...                       "geo_precision": 1})
    >>> clusters(table, 25, 3).cluster.tolist()
    [0, 0, 0, -1]
    """
    if min_incidents < 1:
        raise ValueError(f"min_incidents is {min_incidents}: give 1 or more")
    chosen = select(table, "incidents", max_geo_precision)
    result = chosen.table.assign(cluster=dbscan(*positions(chosen.table), km, min_incidents))
    result.attrs["shown"] = chosen.shown.as_dict()
    return result
