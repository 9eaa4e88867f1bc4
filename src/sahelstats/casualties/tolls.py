"""Low, best and high of every incident of a tidy table, and their sums: the envelope."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sahelstats.casualties.checks import (
    BoolArray,
    FloatArray,
    need_columns,
    one_of,
    refuse,
    row_names,
)

OUTCOMES = ("killed", "wounded")
BASES = ("excl_attackers", "incl_attackers")


class TollRanges(NamedTuple):
    """Ranges of the incidents of a table, one element per row; `missing` where no figure is."""

    low: FloatArray
    best: FloatArray
    high: FloatArray
    missing: BoolArray
    names: NDArray[Any]

    def known(self) -> TollRanges:
        """The incidents that have a figure."""
        kept: list[Any] = [column[~self.missing] for column in self]
        return TollRanges(*kept)


class Envelope(NamedTuple):
    """Sum of lows, of bests and of highs, in people. Bounds, not a probability statement."""

    low: int
    best: int
    high: int


def column_prefix(outcome: str, basis: str) -> str:
    """Return what the toll columns of that outcome and basis begin with.

    Examples
    --------
    >>> column_prefix("killed", "incl_attackers")
    'killed_incl_'
    """
    one_of(outcome, OUTCOMES, "outcome")
    one_of(basis, BASES, "basis")
    return f"{outcome}_incl_" if basis == "incl_attackers" else f"{outcome}_"


def _numbers(column: pd.Series[Any]) -> FloatArray:
    values = pd.to_numeric(column, errors="coerce")
    return np.asarray(values.to_numpy(dtype=float, na_value=np.nan))


def toll_ranges(
    table: pd.DataFrame, outcome: str = "killed", basis: str = "excl_attackers"
) -> TollRanges:
    """Return low, best and high of every incident, completed and put in order.

    Parameters
    ----------
    table : DataFrame
        Tidy incidents table.
    outcome : {"killed", "wounded"}
    basis : {"excl_attackers", "incl_attackers"}

    Returns
    -------
    TollRanges
        Arrays of float, one element per row of the table; NaN where the incident has no figure.

    Raises
    ------
    ValueError
        If the table is empty or lacks a column, or a figure is negative, not a whole number, or
        low exceeds high.

    Notes
    -----
    One policy for ranges that are not low <= best <= high throughout:

    * nothing given: the incident has no figure; it is missing, never 0;
    * best outside low..high (some imported tables): the bound moves to contain best;
    * low above high: an error, because no reading of it is safe;
    * a bound not given takes the figure there is. Where only high is given (nobody said more than
      "up to n"), low is 0. A best not given is the middle of the bounds, rounded down.

    Examples
    --------
    >>> table = pd.DataFrame({"killed_low": [4, None], "killed_best": [3, None],
    ...                       "killed_high": [9, 6]}, dtype="Int64")
    >>> ranges = toll_ranges(table)
    >>> ranges.low.tolist(), ranges.best.tolist(), ranges.high.tolist()
    ([3.0, 0.0], [3.0, 3.0], [9.0, 6.0])
    """
    prefix = column_prefix(outcome, basis)
    names = [f"{prefix}{part}" for part in ("low", "best", "high")]
    need_columns(table, names, "the incidents table")
    if len(table) == 0:
        raise ValueError("empty selection: the incidents table has no rows")
    low, best, high = (_numbers(table[name]) for name in names)
    return _completed(low, best, high, row_names(table), prefix)


def _completed(
    low: FloatArray, best: FloatArray, high: FloatArray, names: NDArray[Any], prefix: str
) -> TollRanges:
    every = np.stack([low, best, high])
    refuse((every < 0).any(axis=0), f"negative {prefix}low, _best or _high", names)
    whole = np.isnan(every) | (every == np.floor(every))
    refuse(~whole.all(axis=0), f"{prefix}low, _best or _high is not a whole number", names)
    refuse(low > high, f"{prefix}low is above {prefix}high", names)
    missing: BoolArray = np.asarray(np.isnan(every).all(axis=0))
    only_high = np.isnan(low) & np.isnan(best) & ~missing
    # fmin and fmax skip what is missing, so they fill a bound and widen it in one step.
    low = np.where(only_high, 0.0, np.fmin(np.fmin(low, best), high))
    high = np.fmax(np.fmax(high, best), low)
    best = np.where(np.isnan(best), np.floor((low + high) / 2), best)
    return TollRanges(low, best, high, missing, names)


def known_ranges(
    table: pd.DataFrame, outcome: str = "killed", basis: str = "excl_attackers"
) -> TollRanges:
    """Return the ranges of the incidents that have one; ValueError if none has."""
    ranges = toll_ranges(table, outcome, basis)
    if ranges.missing.all():
        raise ValueError(
            f"empty selection: none of the {len(table)} incidents has a figure for {outcome} "
            f"({basis})"
        )
    return ranges.known()


def envelope(
    table: pd.DataFrame, outcome: str = "killed", basis: str = "excl_attackers"
) -> Envelope:
    """Return the envelope: sum of lows, sum of bests, sum of highs.

    These are bounds, not an interval: they carry no probability. They are only as good as the
    ranges: where nobody set an upper bound (``*_open_above``) the sum of highs is no bound either.

    Parameters
    ----------
    table : DataFrame
        Tidy incidents table; incidents without a figure add nothing (`total_by` counts them).
    outcome : {"killed", "wounded"}
    basis : {"excl_attackers", "incl_attackers"}

    Returns
    -------
    Envelope
        Named tuple (low, best, high), in people.

    Raises
    ------
    ValueError
        As `toll_ranges`; also if no incident has a figure.

    Examples
    --------
    >>> table = pd.DataFrame({"killed_low": [4, 10], "killed_best": [5, 12],
    ...                       "killed_high": [9, 20]}, dtype="Int64")
    >>> envelope(table)
    Envelope(low=14, best=17, high=29)
    """
    ranges = known_ranges(table, outcome, basis)
    return Envelope(int(ranges.low.sum()), int(ranges.best.sum()), int(ranges.high.sum()))
