"""Low, best and high of every incident of a tidy table, and their sums: the envelope."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sahelstats.casualties.checks import (
    BoolArray,
    FloatArray,
    RowFault,
    need_columns,
    one_of,
    refuse_faults,
    row_fault,
    row_names,
)
from sahelstats.tables.bounds import contain_best
from sahelstats.tables.rules import names_quirk
from sahelstats.tables.schema import BASES, OUTCOMES, range_column


class TollRanges(NamedTuple):
    """Ranges of the incidents of a table, one element per row, in people.

    Attributes
    ----------
    low, best, high : array of float
        NaN where `missing`; best also where nobody gives one.
    missing : array of bool
        No figure at all.
    reordered : array of bool
        The producer's bounds did not contain its best figure and were widened until they do.
    names : array
        The incident_id of each row, or the index.
    """

    low: FloatArray
    best: FloatArray
    high: FloatArray
    missing: BoolArray
    reordered: BoolArray
    names: NDArray[Any]

    def known(self) -> TollRanges:
        """The incidents that have a figure."""
        kept: list[Any] = [column[~self.missing] for column in self]
        return TollRanges(*kept)

    @property
    def has_best(self) -> BoolArray:
        """Which incidents have a best figure."""
        return np.asarray(~np.isnan(self.best))

    @property
    def notes(self) -> RangeNotes:
        """What a reader of sums of these ranges should know."""
        counts = (self.missing, ~self.missing & ~self.has_best, self.reordered)
        return RangeNotes(self.low.size, *(int(rows.sum()) for rows in counts))


class RangeNotes(NamedTuple):
    """How many incidents of a table are not plain ranges.

    Attributes
    ----------
    n_incidents : int
        All.
    n_missing : int
        Without any figure: they add nothing to any sum.
    n_without_best : int
        With an upper bound alone ("up to n"): they add to the sum of highs only.
    n_reordered : int
        Bounds out of order, widened until they contain the best figure.
    """

    n_incidents: int
    n_missing: int
    n_without_best: int
    n_reordered: int

    def sentences(self) -> list[str]:
        """Return the notes in words, nothing of what does not occur.

        Examples
        --------
        >>> RangeNotes(9, 2, 1, 0).sentences()
        ['1 has an upper bound alone and no best figure: it adds to the sum of highs only.']
        """
        found = []
        if n := self.n_without_best:
            one, two = ("has", "it adds") if n == 1 else ("have", "they add")
            found.append(
                f"{n:,} {one} an upper bound alone and no best figure: {two} to the sum of highs"
                " only."
            )
        if n := self.n_reordered:
            one = "1 range has" if n == 1 else f"{n:,} ranges have"
            found.append(f"{one} bounds out of order, widened to contain the best figure.")
        return found


class Envelope(NamedTuple):
    """Sum of lows, of bests and of highs, in people. Bounds, not a probability statement.

    Examples
    --------
    >>> bounds = Envelope(14, 17, 29)
    >>> bounds.high - bounds.low
    15
    """

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
    return range_column(outcome, one_of(basis, BASES, "basis"), "")


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
        Arrays with one element per row of the table.

    Raises
    ------
    ValueError
        If the table is empty or lacks a column, or a figure is negative, not a whole number, or
        low exceeds high in a row whose ``quirk`` does not say so.

    Notes
    -----
    The one rule for every sum and every model, whatever table the ranges come from:

    * nothing given: the incident has no figure; it is missing, never 0;
    * out of order (some imported tables): the row's own figures are its bounds, so that they
      contain best (`sahelstats.tables.bounds.contain_best`). Low above high is an error, because
      no reading of it is safe, unless the import marked it as its producer's (column ``quirk``);
    * a bound not given takes the figure there is, as for a claim: best alone is low and high as
      well, low alone is "at least n", best and high as well. Between low and high best is the
      middle, rounded down;
    * high alone is "up to n": low is 0, since nobody says that anyone died, and best stays empty.
      Such an incident adds nothing to a sum of lows or of bests, and its high to that of highs.

    Examples
    --------
    >>> table = pd.DataFrame({"killed_low": [4, None], "killed_best": [3, None],
    ...                       "killed_high": [9, 6]}, dtype="Int64")
    >>> ranges = toll_ranges(table)
    >>> ranges.low.tolist(), ranges.best.tolist(), ranges.high.tolist()
    ([3.0, 0.0], [3.0, nan], [9.0, 6.0])
    """
    if len(table) == 0:
        raise ValueError("empty selection: the incidents table has no rows")
    refuse_faults(range_faults(table, outcome, basis))
    figures, reordered = ordered_figures(table, outcome, basis)
    low, best, high = figures.to_numpy(dtype=float).T
    return _completed(low, best, high, reordered, row_names(table))


def ordered_figures(
    table: pd.DataFrame, outcome: str, basis: str
) -> tuple[pd.DataFrame, BoolArray]:
    """Return low, best and high as given, in order; and which rows had to be put in order.

    Parameters
    ----------
    table : DataFrame
        Tidy incidents table without faults of `range_faults`.
    outcome : {"killed", "wounded"}
    basis : {"excl_attackers", "incl_attackers"}

    Returns
    -------
    (DataFrame, array of bool)
        The three columns as float, NaN where nothing is given.

    Examples
    --------
    >>> table = pd.DataFrame({"killed_low": [4, 1], "killed_best": [3, 2], "killed_high": [9, 6]})
    >>> figures, reordered = ordered_figures(table, "killed", "excl_attackers")
    >>> figures["killed_low"].tolist(), reordered.tolist()
    ([3.0, 1.0], [True, False])
    """
    given = pd.DataFrame({name: _numbers(table[name]) for name in range_names(outcome, basis)})
    ordered = contain_best(given)
    reordered = ((ordered != given) & given.notna()).any(axis=1)
    return ordered, reordered.to_numpy(dtype=bool)


def range_names(outcome: str, basis: str) -> list[str]:
    """Return the columns of low, best and high.

    Examples
    --------
    >>> range_names("killed", "excl_attackers")
    ['killed_low', 'killed_best', 'killed_high']
    """
    prefix = column_prefix(outcome, basis)
    return [f"{prefix}{part}" for part in ("low", "best", "high")]


def range_faults(table: pd.DataFrame, outcome: str, basis: str) -> list[RowFault]:
    """Return what makes the ranges of a table unusable: each kind once, with its rows.

    Parameters
    ----------
    table : DataFrame
        Tidy incidents table.
    outcome : {"killed", "wounded"}
    basis : {"excl_attackers", "incl_attackers"}

    Returns
    -------
    list of RowFault

    Raises
    ------
    ValueError
        If a column is not there.
    """
    columns, prefix = range_names(outcome, basis), column_prefix(outcome, basis)
    need_columns(table, columns, "the incidents table")
    low, best, high = (_numbers(table[name]) for name in columns)
    every = np.stack([low, best, high])
    crossed = low > high
    if crossed.any() and "quirk" in table.columns:
        crossed = crossed & ~names_quirk(table, "low_above_high").to_numpy(dtype=bool)
    whole = (np.isnan(every) | ((every == np.floor(every)) & ~np.isinf(every))).all(axis=0)
    filled = table[columns].notna().to_numpy(dtype=bool).T
    kinds = [
        ((filled & np.isnan(every)).any(axis=0), f"{prefix}low, _best or _high is not a number"),
        ((every < 0).any(axis=0), f"negative {prefix}low, _best or _high"),
        (~whole, f"{prefix}low, _best or _high is not a whole number"),
        (crossed, f"{prefix}low is above {prefix}high"),
    ]
    found = (row_fault(bad, what, row_names(table)) for bad, what in kinds)
    return [fault for fault in found if fault is not None]


def _completed(
    low: FloatArray, best: FloatArray, high: FloatArray, reordered: BoolArray, names: NDArray[Any]
) -> TollRanges:
    only_high = np.isnan(low) & np.isnan(best) & ~np.isnan(high)
    missing = np.isnan(low) & np.isnan(best) & np.isnan(high)
    low = np.where(np.isnan(low), np.where(only_high, 0.0, best), low)
    high = np.where(np.isnan(high), np.where(np.isnan(best), low, best), high)
    middle = np.where(only_high, np.nan, np.floor((low + high) / 2))
    best = np.where(np.isnan(best), middle, best)
    return TollRanges(low, best, high, missing, reordered, names)


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
        Tidy incidents table; incidents without a figure add nothing (`total_by` counts them), those
        with an upper bound alone add to the sum of highs only. The rule is that of `toll_ranges`.
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
    return Envelope(int(ranges.low.sum()), int(np.nansum(ranges.best)), int(ranges.high.sum()))
