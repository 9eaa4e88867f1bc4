"""The claims model: a linear opinion pool of one kernel per report."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from sahelstats.casualties.checks import (
    FloatArray,
    IntArray,
    need_columns,
    refuse,
)
from sahelstats.casualties.collection import CountDistributions
from sahelstats.casualties.models import Z_95, lognormal_masses, triangular
from sahelstats.casualties.ragged import places, rounded

QUALIFIERS = (
    "exact",
    "range",
    "at_least",
    "more_than",
    "about",
    "nearly",
    "up_to",
    "dozens",
)
OPEN_ABOVE = ("at_least", "more_than", "dozens")
RISING = ("nearly", "up_to")
DOZENS = 24.0
ABOUT = 1.2  # "about n": 90 % of the mass between n / 1.2 and n * 1.2
# Log of the mass that is put on the upper end of a geometric.
LOG_TAIL = -27.6
KAPPA = 0.25


def check_kappa(kappa: float) -> float:
    """Return kappa, the mean excess over an open bound as a share of it, if it makes sense."""
    if not 0 <= kappa < np.inf:
        raise ValueError(f"kappa must be 0 or more and finite, got {kappa}")
    return float(kappa)


def geometric(bound: ArrayLike, kappa: float = KAPPA) -> CountDistributions:
    """Return tolls from a bound upward: a shifted geometric with mean excess kappa * bound.

    Parameters
    ----------
    bound : int or array of int, shape (n,)
        Smallest toll, in people.
    kappa : float
        Mean excess over the bound as a share of the bound, 0 or more.

    Returns
    -------
    CountDistributions
        The last 1e-12 of the mass is put on the end. kappa 0, or a bound of 0, gives a point mass.

    Raises
    ------
    ValueError
        If kappa is negative or not finite, or a bound is missing or negative.

    Examples
    --------
    >>> toll = geometric(20, kappa=0.25)[0]
    >>> toll.offset, round(toll.mean, 6)
    (20, 25.0)
    """
    start = np.atleast_1d(np.asarray(bound, dtype=float))
    refuse(~(start >= 0), "negative or missing bound at position")
    excess = check_kappa(kappa) * start
    # P(excess >= j) = stay ** j, with stay = mean / (1 + mean).
    log_stay = np.log(np.where(excess > 0, excess / (1 + excess), 0.5))
    reach = np.where(excess > 0, np.ceil(LOG_TAIL / log_stay), 0.0).astype(np.int64)
    first = start.astype(np.int64)

    def cdf(x: FloatArray, which: IntArray) -> FloatArray:
        return np.asarray(-np.expm1((np.floor(x) - first[which] + 1) * log_stay[which]))

    return rounded(first, first + reach, cdf)


def pool_reports(reports: pd.DataFrame, ids: NDArray[Any], kappa: float) -> CountDistributions:
    """Return the weighted mixture of the kernels of each incident's reports.

    Parameters
    ----------
    reports : DataFrame
        One row per report: incident_id, qualifier, low, best, high, and weight (1 for all if the
        column is absent). A report without any figure says nothing and is skipped; "dozens"
        needs none, its bound is 24.
    ids : array, shape (n,)
        Incidents wanted; the result keeps their order and leaves out those without a report.
    kappa : float
        Mean excess over an open bound, as a share of the bound.

    Returns
    -------
    CountDistributions
        With `labels` set to the incident ids and `n_missing` to the number left out.

    Raises
    ------
    ValueError
        For unknown qualifiers, negative figures, low above high, negative or missing weights,
        weights of an incident that sum to 0, kappa out of range, or no report at all.
    """
    check_kappa(kappa)
    need_columns(reports, ["incident_id", "qualifier", "low", "best", "high"], "the reports table")
    wanted = pd.Index(ids)
    refuse(wanted.duplicated(), "incident_id given twice", ids)
    owner = np.asarray(
        wanted.get_indexer(pd.Index(reports["incident_id"].to_numpy(dtype=object))), dtype=np.int64
    )
    kept = (owner >= 0) & _has_figure(reports)
    if not kept.any():
        raise ValueError(f"empty selection: no report has a figure for the {len(ids)} incidents")
    used, owner = reports[kept], owner[kept]
    names = used["incident_id"].to_numpy(dtype=object)
    weight = _shares(used, owner, len(ids), names)
    present, place = np.unique(owner, return_inverse=True)
    made = _mixture(_kernels(used, names, kappa), weight, place.astype(np.int64), present.size)
    made.labels, made.n_missing = ids[present], len(ids) - present.size
    return made


def _has_figure(reports: pd.DataFrame) -> NDArray[np.bool_]:
    given = reports[["low", "best", "high"]].notna().any(axis=1).to_numpy()
    return np.asarray(given | (reports["qualifier"] == "dozens").to_numpy(dtype=bool))


def _shares(reports: pd.DataFrame, owner: IntArray, n: int, names: NDArray[Any]) -> FloatArray:
    """Weights of the reports, scaled to sum to 1 within each incident."""
    if "weight" in reports.columns:
        weight: FloatArray = reports["weight"].to_numpy(dtype=float, na_value=np.nan)
    else:
        weight = np.ones(len(reports))
    refuse(~(weight >= 0) | np.isinf(weight), "negative or missing weight of a report of", names)
    whole = np.bincount(owner, weight, minlength=n)[owner]
    refuse(whole == 0, "weights sum to 0 for", names)
    return np.asarray(weight / whole)


def _first_given(*columns: FloatArray) -> FloatArray:
    found = columns[0].copy()
    for column in columns[1:]:
        found = np.where(np.isnan(found), column, found)
    return found


def _kernels(reports: pd.DataFrame, names: NDArray[Any], kappa: float) -> list[Any]:
    """Return (rows, distributions) for each family of kernels."""
    low, best, high = (
        reports[c].to_numpy(dtype=float, na_value=np.nan) for c in ("low", "best", "high")
    )
    kind = reports["qualifier"].to_numpy(dtype=object)
    expected = f"unknown qualifier (expected {', '.join(QUALIFIERS)}) in a report of"
    refuse(~np.isin(kind.astype(str), QUALIFIERS), expected, names)
    refuse((low < 0) | (best < 0) | (high < 0), "negative figure in a report of", names)
    refuse(low > high, "low is above high in a report of", names)

    words = kind.astype(str)
    figure = _first_given(best, low, high)
    ceiling = _first_given(high, best, low)
    bound = np.where(words == "dozens", DOZENS, _first_given(low, best, high))
    families: list[tuple[Any, Callable[[IntArray], CountDistributions]]] = [
        (words == "exact", lambda rows: _points(figure[rows])),
        (words == "range", lambda rows: _ranges(low[rows], best[rows], high[rows])),
        (words == "about", lambda rows: _about(figure[rows])),
        (np.isin(words, OPEN_ABOVE), lambda rows: geometric(bound[rows], kappa)),
        (np.isin(words, RISING), lambda rows: rising(low[rows], ceiling[rows])),
    ]
    return [
        (np.flatnonzero(mask), make(np.flatnonzero(mask))) for mask, make in families if mask.any()
    ]


def _points(toll: FloatArray) -> CountDistributions:
    return triangular(toll, toll, toll)


def _about(toll: FloatArray) -> CountDistributions:
    return lognormal_masses(toll, np.where(toll > 0, np.log(ABOUT) / Z_95, 0.0))


def _ranges(low: FloatArray, best: FloatArray, high: FloatArray) -> CountDistributions:
    bottom = np.fmin(_first_given(low, best, high), best)
    top = np.fmax(_first_given(high, best, low), best)
    return triangular(bottom, _first_given(best, np.floor((bottom + top) / 2)), top)


def rising(low: FloatArray, top: FloatArray) -> CountDistributions:
    """Return tolls of "up to n" and "nearly n": triangular, rising to n from low, or from 0."""
    bottom = np.minimum(np.nan_to_num(low, nan=0.0), top)
    # A low equal to n is how a claim fills a bound it never set: it rises from 0 all the same.
    return triangular(np.where(bottom == top, 0.0, bottom), top, top)


def _mixture(kernels: list[Any], weight: FloatArray, owner: IntArray, n: int) -> CountDistributions:
    """Add the kernels up, each times its weight, on the support of its incident."""
    first = np.full(n, np.iinfo(np.int64).max)
    last = np.zeros(n, dtype=np.int64)
    for rows, made in kernels:
        begin = made.offsets[made.which]
        np.minimum.at(first, owner[rows], begin)
        np.maximum.at(last, owner[rows], begin + made.sizes[made.which] - 1)
    starts, _, _ = places(last - first + 1)
    flat = np.zeros(int((last - first + 1).sum()))
    for rows, made in kernels:
        sizes = made.sizes[made.which]
        _, which, step = places(sizes)
        source = made.starts[made.which][which] + step
        at = made.offsets[made.which][which] + step - first[owner[rows]][which]
        target = starts[owner[rows]][which] + at
        flat += np.bincount(target, made.flat[source] * weight[rows][which], flat.size)
    return CountDistributions(flat, starts, first)
