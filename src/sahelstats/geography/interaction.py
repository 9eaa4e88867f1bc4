"""Do attacks that are near in space come near in time? Knox's test."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sahelstats.geography.coordinates import positions
from sahelstats.geography.pairs import close_pairs
from sahelstats.geography.selection import dates_of, select

IntArray = NDArray[np.int64]


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
        km or n_permutations not positive, days negative; no dates; more than 30 million
        pairs close in space; nothing left; unusable coordinates.

    Notes
    -----
    Knox (1964), Applied Statistics 13, 25-29, with Mantel's (1967) permutation of times. The
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
    pairs = close_pairs(*positions(chosen.table), km)
    i, j = (np.ascontiguousarray(pairs[:, k]) for k in (0, 1))
    # Days fit 32 bits, and half the memory traffic is half the time.
    when = (dates - dates.min()).astype(np.int32)
    observed = int(np.count_nonzero(np.abs(when[i] - when[j]) <= days))
    counts = np.empty(n_permutations, dtype=np.int64)
    for b in range(n_permutations):
        mixed = rng.permutation(when)
        counts[b] = np.count_nonzero(np.abs(mixed[i] - mixed[j]) <= days) if len(i) else 0
    expected = float(counts.mean())
    low, high = np.quantile(counts, [0.025, 0.975])
    return KnoxTest(
        observed=observed, expected=expected,
        ratio=observed / expected if expected > 0 else float("nan"),
        low=float(low), high=float(high),
        p_value=float((1 + np.count_nonzero(counts >= observed)) / (1 + n_permutations)),
        space_pairs=len(i), time_pairs=pairs_in_time(dates, days),
        km=float(km), days=float(days), n_incidents=len(dates), shown=str(chosen.shown),
    )  # fmt: skip
