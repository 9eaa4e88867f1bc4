"""From reports to ranges: one low, best and high per incident, and the tidy table they make."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sahelstats.paths import CURATED
from sahelstats.reports import reports
from sahelstats.tables import schema
from sahelstats.tables.loading import load_claims, load_table
from sahelstats.tables.schema import BASES, OUTCOMES, RANGE_PARTS, TIDY, range_column

RANGE_COLUMNS = [*RANGE_PARTS, "low_by", "best_by", "high_by"]

#: One report as a plain record: column name -> value.
Report = Mapping[str, Any]


def weighted_median(values: np.ndarray, weights: np.ndarray) -> int:
    """Return the weighted median of whole numbers; a tie goes to the lower value.

    Parameters
    ----------
    values : array of int, shape (n,)
        At least one.
    weights : array of float, shape (n,)
        Not negative, not all zero.

    Returns
    -------
    int
        The smallest value at which half of the weight is reached.

    Examples
    --------
    >>> weighted_median(np.array([60, 77, 100]), np.array([1.0, 1.0, 1.0]))
    77
    >>> weighted_median(np.array([10, 20]), np.array([1.0, 1.0]))
    10
    """
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(np.asarray(weights, dtype=float)[order])
    return int(np.asarray(values)[order][np.searchsorted(reached, reached[-1] / 2 - 1e-12)])


def range_of(reports_: list[Report], excluding: Sequence[Report] = ()) -> dict[str, Any]:
    """Return the range of one incident from its reports.

    Parameters
    ----------
    reports_ : list of mappings
        Reports of one incident on one outcome and basis: records of what ``reports`` returns.
    excluding : sequence of mappings
        Its reports on the basis without attackers, when the range counts them: a toll that leaves
        attackers out is a part of one that does not.

    Returns
    -------
    dict
        ``low``, ``best``, ``high`` (int or None), ``open_above`` (bool or None), ``n_reports``,
        ``n_sources`` and ``low_by``, ``best_by``, ``high_by``: claimant and claim numbers.

        Low is the smallest lower bound of complete reports, high the largest upper bound of any,
        best the weighted median of the best figures. "Up to n" is an upper bound: it has no best
        figure, and where nobody says more the incident has a high alone. ``open_above`` says that
        the high itself is a figure its source left open. A part above the high raises it; where
        there is no whole report, the largest part is the low (open above) and the smallest wider
        count the high.

    Examples
    --------
    >>> from sahelstats.tables import load_claims
    >>> moura = reports(load_claims()).query("incident_id == 'MLI-20220327-moura'")
    >>> found = range_of(moura.to_dict("records"))
    >>> found["low"] <= found["best"] <= found["high"]
    True
    """
    numbered = [report for report in reports_ if _known(report["upper"])]
    whole = [report for report in numbered if report["scope"] == "whole"]
    parts = [report for report in numbered if report["scope"] == "part"]
    complete = [report for report in whole if report["complete"]]
    if not complete:
        # A sum that leaves a group out is no more than a part of the toll.
        return _range_of_parts(whole + parts, [r for r in numbered if r["scope"] == "wider"])
    found = _range_of_whole(whole, complete)
    told = {report["claimant"] for report in whole}
    parts += [
        report
        for report in excluding
        if _known(report["upper"]) and report["scope"] != "wider" and report["claimant"] not in told
    ]
    top = max(parts, key=_at_least, default=None)
    if top is not None and _at_least(top) > found["high"]:
        found |= {"high": _at_least(top), "high_by": _by(top), "open_above": True}
    return found


def _known(value: object) -> bool:
    """Return whether a figure is there."""
    return value is not None and not pd.isna(value)


def _at_least(report: Report) -> int:
    """Return what a part gives as a lower bound: its own, or the only figure it has."""
    return int(report["lower"] if _known(report["lower"]) else report["upper"])


def _by(report: Report) -> str:
    """Return who set a bound, and with which claims."""
    return f"{report['claimant']} ({report['claim_nos']})"


def _counts(used: list[Report]) -> dict[str, int]:
    return {"n_reports": len(used), "n_sources": len({report["party"] for report in used})}


def _range_of_whole(whole: list[Report], complete: list[Report]) -> dict[str, Any]:
    """Return the range that whole reports give."""
    # An upper bound is no middle: "up to 600" beside 130 and 200 does not make the median 200.
    told = [report for report in complete if _known(report["central"])]
    best = None
    if told:
        values = np.array([int(report["central"]) for report in told])
        best = weighted_median(values, np.array([float(report["weight"]) for report in told]))
    top = max(whole, key=lambda report: report["upper"])
    bottom = min(told, key=lambda report: report["lower"], default=None)
    return {
        "low": None if bottom is None else int(bottom["lower"]),
        "best": best,
        "high": int(top["upper"]),
        "open_above": any(r["open_above"] for r in whole if r["upper"] == top["upper"]),
        "low_by": "" if bottom is None else _by(bottom),
        "best_by": ", ".join(_by(report) for report in told if report["central"] == best),
        "high_by": _by(top),
        **_counts(whole),
    }


def _range_of_parts(parts: list[Report], wider: list[Report]) -> dict[str, Any]:
    """Return the range of an incident of which no claimant gives the whole toll."""
    found: dict[str, Any] = dict.fromkeys(("low", "best", "high", "open_above"))
    found |= {"low_by": "", "best_by": "", "high_by": "", **_counts(parts + wider)}
    top = max(parts, key=_at_least, default=None)
    if top is not None:
        found |= {"high": _at_least(top), "high_by": _by(top), "open_above": True}
    # "Up to 50 in one village" leaves open whether anybody died there.
    floors = [report for report in parts if _known(report["lower"])]
    floor = max(floors, key=_at_least, default=None)
    if floor is not None:
        figure = _at_least(floor)
        found |= {"low": figure, "best": figure, "low_by": _by(floor), "best_by": _by(floor)}
    # "At least 30 in the two towns" says nothing about how many fell in one of them.
    closed = [report for report in wider if not report["open_above"]]
    cap = min(closed, key=lambda report: report["upper"], default=None)
    if cap is not None and (top is None or cap["upper"] >= found["high"]):
        found |= {"high": int(cap["upper"]), "high_by": _by(cap), "open_above": False}
    return found


def ranges(
    claims: pd.DataFrame, outcome: str = "killed", basis: str = "excl_attackers"
) -> pd.DataFrame:
    """Return the range of every incident that some claim gives a figure for.

    Parameters
    ----------
    claims : DataFrame
        As ``load_claims`` returns it.
    outcome : {"killed", "wounded"}
        What is counted.
    basis : {"excl_attackers", "incl_attackers"}
        Whether attackers are.

    Returns
    -------
    DataFrame
        Indexed by ``incident_id``; columns as ``range_of`` names them. Incidents without a figure
        are not in it: missing is not zero.

    Examples
    --------
    >>> from sahelstats.tables import load_claims
    >>> found = ranges(load_claims())
    >>> bool((found["low"] <= found["high"]).dropna().all())
    True
    """
    own = _by_incident(reports(claims, outcome, basis))
    beside: dict[str, list[Report]] = {}
    if basis == "incl_attackers":
        beside = _by_incident(reports(claims, outcome, "excl_attackers"))
    rows = {incident: range_of(group, beside.get(incident, ())) for incident, group in own.items()}
    frame = pd.DataFrame.from_dict(rows, orient="index", columns=RANGE_COLUMNS)
    frame.index.name = "incident_id"
    integers = ["low", "best", "high", "n_reports", "n_sources"]
    frame = frame.astype(dict.fromkeys(integers, "Int64") | {"open_above": "boolean"})
    return frame[frame["n_reports"] > 0]


def _by_incident(frame: pd.DataFrame) -> dict[str, list[Report]]:
    """Return reports as records, grouped by incident."""
    grouped: dict[str, list[Report]] = {}
    for report in frame.astype(object).to_dict("records"):
        grouped.setdefault(report["incident_id"], []).append(report)
    return grouped


def build_incidents(folder: Path | str | None = None) -> pd.DataFrame:
    """Build the tidy incidents table from the curated tables.

    Parameters
    ----------
    folder : Path or str, optional
        Folder with the curated tables, default ``data/curated``.

    Returns
    -------
    DataFrame
        Columns of the tidy schema, sorted by ``incident_id``.

    Raises
    ------
    TableError
        When a curated table has faults.

    Examples
    --------
    >>> table = build_incidents()
    >>> table["incident_id"].is_monotonic_increasing
    True
    """
    folder = CURATED if folder is None else Path(folder)
    incidents = load_table(folder / "incidents.csv", schema.INCIDENTS)
    actors = load_table(folder / "actors.csv", schema.ACTORS).set_index("actor")
    claims = load_claims(folder / "claims.csv")
    table = incidents.assign(
        year=incidents["date_start"].dt.year.astype("Int64"),
        actor=incidents["actors"].str.split("; ").str[0].astype("string"),
    ).set_index("incident_id")
    table["actor_family"] = table["actor"].map(actors["family"])
    spoken = claims.groupby("incident_id")
    table["n_claims"] = spoken.size().reindex(table.index, fill_value=0)
    table["n_claimants"] = spoken["claimant"].nunique().reindex(table.index, fill_value=0)
    for outcome in OUTCOMES:
        for basis in BASES:
            found = ranges(claims, outcome, basis).reindex(table.index)
            for part in RANGE_PARTS:
                values = found[part]
                table[range_column(outcome, basis, part)] = (
                    values.fillna(0) if part.startswith("n_") else values
                )
    # Curated rows keep every rule: what is unusual there is mended, or said in the review.
    table["quirk"] = pd.Series(pd.NA, index=table.index, dtype="string")
    return table.sort_index().reset_index()[TIDY.column_names]


def to_csv(table: pd.DataFrame) -> str:
    r"""Return a table as CSV text in the one form the project stores: stable bytes, LF, days.

    Parameters
    ----------
    table : DataFrame
        Typed as the schema says.

    Returns
    -------
    str
        With header; empty cells where a value is missing.

    Examples
    --------
    >>> to_csv(pd.DataFrame({"a": [1], "b": [pd.Timestamp("2024-09-17")]}))
    'a,b\n1,2024-09-17\n'
    """
    return table.to_csv(index=False, lineterminator="\n", date_format="%Y-%m-%d")
