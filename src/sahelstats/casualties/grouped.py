"""Totals by group: one row per country, year or whatever the table is split by."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from sahelstats.casualties.checks import (
    BoolArray,
    FloatArray,
    IntArray,
    level_tails,
    need_columns,
    one_of,
)
from sahelstats.casualties.collection import CountDistributions
from sahelstats.casualties.incidents import (
    MODELS,
    incident_distributions,
    reported_deaths,
)
from sahelstats.casualties.opinion import KAPPA, check_kappa
from sahelstats.casualties.reported import ReportedDeaths
from sahelstats.casualties.tolls import TollRanges, toll_ranges
from sahelstats.casualties.totals import (
    COMONOTONIC,
    INDEPENDENT,
    Dependence,
    check_dependence,
    dependence_words,
    total,
)

QUANTILES = {"q025": 0.025, "q05": 0.05, "q50": 0.5, "q95": 0.95, "q975": 0.975}
# Groups inverted together: bounds the memory of their grids.
GROUPS_AT_ONCE = 2_500


class Members(NamedTuple):
    """The group of each toll, the incidents each stands for, and how many groups there are."""

    group: IntArray
    times: IntArray
    n_groups: int


class Summary(NamedTuple):
    """Mean, quantiles (groups x probabilities) and the way they were computed."""

    mean: FloatArray
    quantiles: FloatArray
    method: str


def total_by(
    table: pd.DataFrame,
    by: str | Sequence[str],
    model: str = "triangular",
    dependence: Dependence = INDEPENDENT,
    level: float | None = None,
    claims: pd.DataFrame | None = None,
    basis: str = "excl_attackers",
    outcome: str = "killed",
    kappa: float = KAPPA,
) -> pd.DataFrame:
    """Return the total of every group of incidents: envelope, mean and quantiles.

    Parameters
    ----------
    table : DataFrame
        Tidy incidents table.
    by : str or sequence of str
        Columns to group by; an empty sequence gives one row for the whole table. Rows without a
        value in a column form a group of their own, so the parts always sum to the whole.
    model : {"uniform", "triangular", "pert", "lognormal", "claims", "reported"}
        Distribution of one incident's toll. "reported" adds the continuous law; the others add
        whole people.
    dependence : "independent", "comonotonic" or float between 0 and 1
        How the incidents' errors hang together within a group, as in `total`.
    level : float, optional
        Adds the columns lower, upper and level: the equal-tailed interval of that level.
    claims, basis, outcome, kappa
        As in `incident_distributions`.

    Returns
    -------
    DataFrame
        The columns of `by`, then n_incidents (all in the group), n_missing (those without a
        figure that the model can use, which add nothing to it), low, best, high (the envelope:
        sums, not an interval; an upper bound alone adds to high only), mean, q025, q05, q50, q95,
        q975 (people), method, dependence. A group where no incident has a figure keeps its row,
        with empty numbers. `toll_ranges` says how incomplete ranges and bounds out of order are
        taken; its ``notes`` count them.

    Raises
    ------
    ValueError
        As `incident_distributions` and `total`; also if `by` names no column of the table.

    Examples
    --------
    >>> table = pd.DataFrame({"year": [2023, 2023, 2024], "killed_low": [4, 10, 1],
    ...     "killed_best": [5, 12, 2], "killed_high": [9, 20, 3]})
    >>> made = total_by(table, "year", model="uniform")
    >>> made[["year", "low", "mean", "high", "q95"]].to_numpy().tolist()
    [[2023, 14, 21.5, 29, 27.0], [2024, 1, 2.0, 3, 3.0]]
    """
    one_of(model, MODELS, "model")
    how = check_dependence(dependence)
    check_kappa(kappa)
    columns = [by] if isinstance(by, str) else list(by)
    once = np.ones(len(table), dtype=np.int64)
    asked = Question(model, how, level, claims, basis, outcome, kappa)
    return totals_of(table, once, columns, asked)


class Question(NamedTuple):
    """What is asked of a table, checked: the arguments of `total_by` but table and groups."""

    model: str
    dependence: Dependence
    level: float | None
    claims: pd.DataFrame | None
    basis: str
    outcome: str
    kappa: float


def totals_of(
    table: pd.DataFrame, times: IntArray, columns: list[str], asked: Question
) -> pd.DataFrame:
    """Return the totals by group of a table in which a row stands for one incident or for many.

    Parameters
    ----------
    table : DataFrame
        Tidy incidents table, or its distinct rows.
    times : array of int, shape (n,)
        How many incidents each row stands for.
    columns : list of str
        To group by.
    asked : Question
        Model, dependence and the rest.

    Returns
    -------
    DataFrame
        As `total_by` returns it.
    """
    need_columns(table, columns, "the incidents table")
    ranges = toll_ranges(table, asked.outcome, asked.basis)
    keys, group = _groups(table, columns)
    tolls, known = _tolls(table, ranges, asked)
    tails = list(level_tails(asked.level)) if asked.level is not None else []
    probabilities = np.array([*QUANTILES.values(), *tails])
    members = Members(group[known], times[known], len(keys))
    found = _summaries(tolls, members, asked.dependence, probabilities)
    made = _counted(keys, group, known, times)
    for name, column in zip(("low", "best", "high"), ranges[:3], strict=True):
        # An upper bound alone has no best figure; where nobody has one the sum stays empty.
        there = ~ranges.missing & ~np.isnan(column)
        made[name] = _summed(column[there] * times[there], group[there], len(keys))
    _add_quantiles(made, found, asked.level)
    made["method"] = f"{asked.model}, {found.method}"
    made["dependence"] = dependence_words(asked.dependence)
    return made


def _groups(table: pd.DataFrame, columns: list[str]) -> tuple[pd.DataFrame, IntArray]:
    if not columns:
        return pd.DataFrame(index=range(1)), np.zeros(len(table), dtype=np.int64)
    grouped = table.groupby(columns, dropna=False, sort=True, observed=True)
    number: IntArray = grouped.ngroup().to_numpy(dtype=np.int64)
    _, first = np.unique(number, return_index=True)
    return table[columns].iloc[first].reset_index(drop=True), number


def _tolls(
    table: pd.DataFrame, ranges: TollRanges, asked: Question
) -> tuple[ReportedDeaths | CountDistributions, BoolArray]:
    """The tolls that have a figure, and which rows of the table they are."""
    model, claims, basis, outcome = asked.model, asked.claims, asked.basis, asked.outcome
    if model == "reported":
        return reported_deaths(table, outcome, basis), ranges.has_best
    if model != "claims":
        return incident_distributions(table, model, None, basis, outcome), ~ranges.missing
    need_columns(table, ["incident_id"], "the incidents table")
    ids = table["incident_id"]
    # No claim speaks of an incident without a name.
    named = table[ids.notna()]
    tolls = incident_distributions(named, model, claims, basis, outcome, asked.kappa)
    assert tolls.labels is not None
    return tolls, np.asarray(ids.isin(tolls.labels).to_numpy(dtype=bool))


def _summed(values: FloatArray, group: IntArray, n: int) -> Any:
    """Sums per group as Int64, empty where the group has nothing to add."""
    sums = pd.array(np.bincount(group, values, n).astype(np.int64), dtype="Int64")
    sums[np.bincount(group, minlength=n) == 0] = pd.NA
    return sums


def _counted(
    keys: pd.DataFrame, group: IntArray, known: BoolArray, times: IntArray
) -> pd.DataFrame:
    made = keys.copy()
    # As floats the counts are exact up to 2^53 incidents.
    everyone, there = (
        np.bincount(group[rows], times[rows], len(keys)).astype(np.int64)
        for rows in (np.ones_like(known), known)
    )
    made["n_incidents"] = everyone
    made["n_missing"] = everyone - there
    return made


def _add_quantiles(made: pd.DataFrame, found: Summary, level: float | None) -> None:
    made["mean"] = found.mean
    names = list(QUANTILES) + (["lower", "upper"] if level is not None else [])
    for name, column in zip(names, found.quantiles.T, strict=True):
        made[name] = column
    if level is not None:
        made["level"] = level


def _summaries(
    tolls: ReportedDeaths | CountDistributions, members: Members, how: Dependence, q: FloatArray
) -> Summary:
    n = members.n_groups
    mean, quantiles = np.full(n, np.nan), np.full((n, q.size), np.nan)
    if isinstance(tolls, ReportedDeaths) and isinstance(how, str):
        present = np.unique(members.group)
        mean[present], values, method = _reported_at_once(tolls, members, present, how, q)
        quantiles[present] = values
        return Summary(mean, quantiles, method)
    method = ""
    for place, rows in _rows_of_groups(members):
        part = total(_part(tolls, rows), how)
        mean[place], quantiles[place], method = part.mean, part.ppf(q), part.method
    return Summary(mean, quantiles, method)


def _rows_of_groups(members: Members) -> Iterator[tuple[int, IntArray]]:
    """Each group, and its tolls: one that stands for many incidents as often as it does."""
    order = np.argsort(members.group, kind="stable")
    present, starts = np.unique(members.group[order], return_index=True)
    for place, rows in zip(present.tolist(), np.split(order, starts[1:]), strict=True):
        yield place, np.repeat(rows, members.times[rows])


def _part(
    tolls: ReportedDeaths | CountDistributions, rows: IntArray
) -> ReportedDeaths | CountDistributions:
    if isinstance(tolls, ReportedDeaths):
        return ReportedDeaths(tolls.fatalities[rows], tolls.violence[rows] + 1)
    return tolls[rows].compact()


def _reported_at_once(
    events: ReportedDeaths, members: Members, present: IntArray, how: str, q: FloatArray
) -> tuple[FloatArray, FloatArray, str]:
    """All groups together: the characteristic functions of distinct events are shared."""
    from scipy.sparse import coo_matrix

    from sahelstats.casualties.spectral import grouped_sum

    law, inverse, _ = events.groups
    row = np.searchsorted(present, members.group)
    shape = (present.size, law.loc.size)
    counts = coo_matrix((members.times.astype(float), (row, inverse)), shape=shape).tocsr()
    mean = np.asarray(counts @ law.mean)
    if how == COMONOTONIC:
        quantiles = counts @ law.rows((slice(None), None)).ppf(q[None, :])
        return mean, np.asarray(quantiles), "quantiles add"
    parts = [
        grouped_sum(law, counts[i : i + GROUPS_AT_ONCE]).ppf(q)
        for i in range(0, present.size, GROUPS_AT_ONCE)
    ]
    return mean, np.concatenate(parts), "characteristic function"
