"""Pairs of incidents close to each other, by KD-tree on the sphere."""

from math import pi, sin
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sahelstats.geography.coast import on_sphere

FloatArray = NDArray[np.float64]
EARTH_RADIUS_KM = 6371.0088  # mean radius (IUGG), as for haversine distances
MAX_PAIRS = 30_000_000


def chord(km: float) -> float:
    """Length, on the unit sphere, of the chord under an arc of so many kilometres.

    Great-circle (haversine) distance grows with the chord, so that a search by chord is
    the same search.
    """
    return 2 * sin(min(km / EARTH_RADIUS_KM, pi) / 2)


def tree_of(lat: FloatArray, lon: FloatArray, km: float) -> Any:
    """Return a KD-tree of positions on the unit sphere; ValueError if km is not positive."""
    from scipy.spatial import cKDTree

    if not km > 0:
        raise ValueError(f"km is {km}: give a positive distance")
    return cKDTree(on_sphere(lat, lon))


def count_pairs(tree: Any, km: float) -> int:
    """Count the pairs at most `km` apart (haversine), without holding them."""
    return (int(tree.count_neighbors(tree, chord(km))) - tree.n) // 2


def close_pairs(lat: FloatArray, lon: FloatArray, km: float) -> NDArray[np.int64]:
    """Return the pairs (i < j) at most `km` apart (haversine), shape (n_pairs, 2).

    Raises ValueError, before filling the memory, if there are too many.
    """
    tree = tree_of(lat, lon, km)
    n_pairs = count_pairs(tree, km)
    if n_pairs > MAX_PAIRS:
        raise ValueError(
            f"{n_pairs:,} pairs lie within {km:g} km, more than {MAX_PAIRS:,}: give a shorter "
            "distance, or part of the table (a period, a country)"
        )
    found = tree.query_pairs(chord(km), output_type="ndarray")
    pairs: NDArray[np.int64] = np.asarray(found, dtype=np.int64)
    # The tree's order is its own affair: sort, so that results do not depend on it.
    return pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]
