"""Do attacks that are near in space come near in time? Knox's test."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sahelstats.geography.coordinates import positions
from sahelstats.geography.pairs import chord, close_pairs, count_pairs, tree_of
from sahelstats.geography.selection import dates_of, select

IntArray = NDArray[np.int64]
# Above so many pairs close in space a thousand permutations take minutes, and the count is so
# large that its distribution over them is normal.
PERMUTE_UP_TO = 1_000_000


@dataclass(frozen=True)
class KnoxTest:
    """Result of `knox`.

    Attributes
    ----------
    observed : int
        Pairs close both in space and in time.
    expected : float
        Their mean over the permutations.
    ratio : float
        Observed over expected; NaN if none are expected.
    low, high : float
        Central 95 % of the permutations' counts.
    p_value : float
        Chance of as many or more; 1 if no pair is close in space.
    method : str
        "permutation", or "normal limit" where the pairs are too many for it.
    space_pairs, time_pairs : int
        Pairs close in space; pairs close in time.
    km, days : float
        What counted as close.
    n_incidents : int
    shown : str
        N of M.
    """

    observed: int
    expected: float
    ratio: float
    low: float
    high: float
    p_value: float
    space_pairs: int
    time_pairs: int
    km: float
    days: float
    n_incidents: int
    method: str
    shown: str

    def as_dict(self) -> dict[str, Any]:
        """Return the numbers, ready for JSON."""
        return asdict(self)


def pairs_in_time(dates: IntArray, days: float) -> int:
    """Count the pairs at most so many days apart."""
    ordered = np.sort(dates)
    upto = np.searchsorted(ordered, ordered + days, side="right")
    return int((upto - np.arange(len(ordered)) - 1).sum())


def knox(
    table: pd.DataFrame,
    km: float = 10.0,
    days: float = 14.0,
    *,
    rng: np.random.Generator,
    n_permutations: int = 999,
    max_geo_precision: int | None = 2,
) -> KnoxTest:
    """Test whether attacks near in space are near in time more often than by chance.

    Parameters
    ----------
    table : DataFrame
        Columns latitude, longitude, geo_precision, date_start.
    km : float
        Close in space: at most so far apart (great circle).
    days : float
        Close in time: at most so many days between the starts.
    rng : numpy.random.Generator
    n_permutations : int
        Permutations of the dates.
    max_geo_precision : int or None
        Coarsest precision used. Codes of 2 share the coordinates of the nearest town and so
        look closer than they are: compare with 1.

    Returns
    -------
    KnoxTest
        Observed and expected pairs, ratio, p-value. A single incident, or no two close in
        space, gives observed 0 and p 1.

    Raises
    ------
    ValueError
        km or n_permutations not positive, days negative; no dates; nothing left; unusable
        coordinates.

    Notes
    -----
    Knox (1964), Applied Statistics 13, 25-29, with Mantel's (1967) permutation of times; where
    more than a million pairs are close in space, by the exact mean and variance over all
    permutations and their normal limit (`knox_moments`) instead of a thousand of them. The
    number of incidents per year changed a great deal, which permutation of all dates takes
    for interaction if the places changed as well (Kulldorff and Hjalmars 1999): keep to a
    few years.

    Examples
    --------
    >>> table = pd.DataFrame({"latitude": [14.0, 14.0, 16.0, 16.0], "longitude": 0.0,
    ...     "geo_precision": 1,
    ...     "date_start": pd.to_datetime(["2022-01-01", "2022-01-03", "2023-01-01", "2023-01-02"])})
    >>> test = knox(table, rng=np.random.default_rng(1))
    >>> test.observed, test.space_pairs, test.time_pairs
    (2, 2, 2)
    """
    if days < 0 or n_permutations < 1:
        raise ValueError(f"days is {days}, n_permutations {n_permutations}: too small")
    chosen = select(table, "incidents", max_geo_precision)
    dates = dates_of(chosen.table)
    # Days fit 32 bits, and half the memory traffic is half the time.
    when = (dates - dates.min()).astype(np.int32)
    tree = tree_of(*positions(chosen.table), km)
    space_pairs = count_pairs(tree, km)
    if space_pairs > PERMUTE_UP_TO:
        found = _normal_limit(tree, when, chord(km), days, space_pairs)
    else:
        pairs = close_pairs(*positions(chosen.table), km)
        found = _permuted(pairs, when, days, n_permutations, rng)
    expected = found["expected"]
    return KnoxTest(
        **found, ratio=found["observed"] / expected if expected > 0 else float("nan"),
        space_pairs=space_pairs, time_pairs=pairs_in_time(dates, days),
        km=float(km), days=float(days), n_incidents=len(dates), shown=str(chosen.shown),
    )  # fmt: skip


def _permuted(
    pairs: IntArray, when: NDArray[np.int32], days: float, n: int, rng: np.random.Generator
) -> dict[str, Any]:
    """Shuffle the dates and count again, n times."""
    i, j = (np.ascontiguousarray(pairs[:, k]) for k in (0, 1))
    observed = int(np.count_nonzero(np.abs(when[i] - when[j]) <= days))
    counts = np.empty(n, dtype=np.int64)
    for b in range(n):
        mixed = rng.permutation(when)
        counts[b] = np.count_nonzero(np.abs(mixed[i] - mixed[j]) <= days) if len(i) else 0
    low, high = np.quantile(counts, [0.025, 0.975])
    return {
        "observed": observed, "expected": float(counts.mean()), "low": float(low),
        "high": float(high), "method": "permutation",
        "p_value": float((1 + np.count_nonzero(counts >= observed)) / (1 + n)),
    }  # fmt: skip


def _normal_limit(
    tree: Any, when: NDArray[np.int32], reach: float, days: float, space_pairs: int
) -> dict[str, Any]:
    """Mean and variance over all permutations, and the normal distribution that has them."""
    from scipy.special import ndtr, ndtri

    in_space = tree.query_ball_point(tree.data, reach, return_length=True, workers=-1) - 1
    observed = _close_in_both(np.asarray(tree.data), when, reach, days)
    mean, std = knox_moments(in_space, _neighbours_in_time(when, days))
    half = float(ndtri(0.975)) * std
    # Half a pair is the correction for continuity: counts are whole.
    z = (observed - 0.5 - mean) / std if std > 0 else -np.inf
    return {
        "observed": observed, "expected": mean, "low": max(mean - half, 0.0),
        "high": min(mean + half, float(space_pairs)), "method": "normal limit",
        "p_value": float(ndtr(-z)),
    }  # fmt: skip


def knox_moments(in_space: IntArray, in_time: IntArray) -> tuple[float, float]:
    """Mean and standard deviation of Knox's count over all permutations of the dates.

    Parameters
    ----------
    in_space, in_time : ndarray of int, shape (n,)
        How many others are close to each incident in space, and in time.

    Returns
    -------
    mean, std : float

    Raises
    ------
    ValueError
        Fewer than four incidents.

    Notes
    -----
    Barton and David (1966), in: Research Papers in Statistics (Festschrift for J. Neyman),
    377-391; Mantel (1967), Cancer Research 27, 209-220. The second moment sums, over ordered
    pairs of links that are the same, share an incident, or are apart, the chance that both
    links fall on pairs close in time.

    Examples
    --------
    >>> knox_moments(np.array([1, 1, 0, 0]), np.array([1, 1, 1, 1]))
    (0.3333333333333333, 0.4714045207910317)
    """
    n = len(in_space)
    if n < 4:
        raise ValueError(f"{n} incidents are too few for the moments: at least 4")
    links = [float(d.sum()) / 2 for d in (in_space, in_time)]
    touching = [float((d.astype(float) * (d - 1)).sum()) for d in (in_space, in_time)]
    apart = [m * (m - 1) - t for m, t in zip(links, touching, strict=True)]
    two, three, four = n * (n - 1) / 2, n * (n - 1) * (n - 2), n * (n - 1) * (n - 2) * (n - 3)
    mean = links[0] * links[1] / two
    square = mean + touching[0] * touching[1] / three + 4 * apart[0] * apart[1] / four
    return mean, float(np.sqrt(max(square - mean**2, 0.0)))


def _neighbours_in_time(when: NDArray[np.int32], days: float) -> IntArray:
    """How many others lie at most so many days from each incident."""
    ordered = np.sort(when)
    upto = np.searchsorted(ordered, when + days, side="right")
    return np.asarray(upto - np.searchsorted(ordered, when - days, side="left") - 1)


def _close_in_both(
    points: NDArray[np.float64], when: NDArray[np.int32], reach: float, days: float
) -> int:
    """Count the pairs close in space and time: pairs of neighbouring spells of time alone."""
    from scipy.spatial import cKDTree

    order = np.argsort(when, kind="stable")
    points, when = points[order], when[order]
    spell = int(days) + 1
    edges = np.searchsorted(when, np.arange(0, int(when[-1]) + 3 * spell, spell))
    found = 0
    for first, middle, last in zip(edges[:-2], edges[1:-1], edges[2:], strict=True):
        pairs = cKDTree(points[first:last]).query_pairs(reach, output_type="ndarray") + first
        apart = np.abs(when[pairs[:, 1]] - when[pairs[:, 0]])
        # Each spell with the one after it; pairs within the latter come with the next.
        found += int(np.count_nonzero((apart <= days) & (pairs < middle).any(axis=1)))
    return found
