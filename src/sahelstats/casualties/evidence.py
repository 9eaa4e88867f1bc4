"""Which reports the claims model pools, and how an assumption is written and read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from sahelstats.casualties.checks import need_columns
from sahelstats.casualties.totals import (
    COMONOTONIC,
    INDEPENDENT,
    Dependence,
    check_dependence,
)
from sahelstats.reports import reports as make_reports

#: One report as a plain record: column name -> value.
Report = Mapping[str, Any]

NEEDED = [
    "incident_id", "claimant", "scope", "complete", "qualifier", "low", "best", "high", "lower",
    "central", "upper", "open_above",
]  # fmt: skip

#: Columns by which a table of claims, as they were made, is told from one of reports.
OF_CLAIMS = ["outcome", "victims", "status", "includes_perpetrators"]


def reports_to_pool(claims: pd.DataFrame, outcome: str, basis: str) -> pd.DataFrame:
    """Return the reports that the claims model may pool, whatever form they are given in.

    Whoever hands over claims or reports cannot forget the rule of ``pooled_reports``: it is applied
    here.

    Parameters
    ----------
    claims : DataFrame
        Claims as ``load_claims`` returns them; reports as ``sahelstats.reports.reports`` or
        ``pooled_reports`` returns them; or a plain table without ``scope``, whose reports are
        all taken to be on the whole incident.
    outcome : {"killed", "wounded"}
        Of the claims that are used.
    basis : {"excl_attackers", "incl_attackers"}
        On which claims are turned into reports.

    Returns
    -------
    DataFrame
        No part and no wider count among them.

    Raises
    ------
    ValueError
        If columns are missing.

    Examples
    --------
    >>> from sahelstats.tables import load_claims
    >>> made = reports_to_pool(load_claims(), "killed", "excl_attackers")
    >>> set(made["scope"])
    {'whole'}
    """
    if set(OF_CLAIMS) <= set(claims.columns):
        need_columns(claims, ["party", "source_type", "weight"], "the claims table (load_claims)")
        return pooled_reports(make_reports(claims, outcome, basis))
    return pooled_reports(claims) if "scope" in claims.columns else claims


def pooled_reports(reports: pd.DataFrame) -> pd.DataFrame:
    """Return the reports that the claims model pools: those on the whole incident.

    Parameters
    ----------
    reports : DataFrame
        As ``sahelstats.reports.reports`` returns it: whole tolls, parts and wider counts.

    Returns
    -------
    DataFrame
        The whole reports, those in words only ("dozens") included; a sum that leaves a group out
        only where no other report is complete. An incident without a whole report keeps one row
        that stands for the whole: its largest part as "at least", the smallest count that covers
        more as "up to", or the range between the two. The rules are those of the ranges, so that a
        claimant who speaks of one site never pulls the toll of the whole down. Pooling what is
        pooled already changes nothing.

    Raises
    ------
    ValueError
        If a column is missing.

    Examples
    --------
    >>> from sahelstats.reports import reports
    >>> from sahelstats.tables import load_claims
    >>> every = reports(load_claims())
    >>> len(pooled_reports(every)) < len(every)
    True
    """
    need_columns(reports, NEEDED, "the reports table")
    whole = (reports["scope"] == "whole") & (
        reports["complete"] | (reports["qualifier"] == "dozens")
    )
    numbered = whole & reports["upper"].notna()
    has_whole = set(reports.loc[numbered, "incident_id"])
    spoken = reports["incident_id"].isin(has_whole)
    rest = reports[~spoken]
    # As records: a small frame for each of thousands of incidents would take minutes.
    groups: dict[str, list[Report]] = {}
    for report in rest.astype(object).to_dict("records"):
        groups.setdefault(report["incident_id"], []).append(report)
    bounds = {incident: _bounds_of_parts(group) for incident, group in groups.items()}
    rows = [row for row in bounds.values() if row is not None]
    silent = {incident for incident, row in bounds.items() if row is None}
    in_words = rest["incident_id"].isin(silent) & (rest["qualifier"] == "dozens")
    kept = [reports[whole & spoken], rest[in_words]]
    if rows:
        kept.append(pd.DataFrame(rows, columns=reports.columns).astype(reports.dtypes))
    order = ["incident_id", "claimant", "scope"]
    return pd.concat(kept).sort_values(order, kind="stable", ignore_index=True)


def _bounds_of_parts(group: Sequence[Report]) -> dict[str, Any] | None:
    """Return one row that stands for an incident of which nobody gives the whole toll."""
    numbered = [report for report in group if not pd.isna(report["upper"])]
    parts = [report for report in numbered if report["scope"] != "wider"]
    closed = [r for r in numbered if r["scope"] == "wider" and not r["open_above"]]
    # "Up to 50 in one village" says neither that anybody died there nor that nobody else did.
    floors = [report for report in parts if not pd.isna(report["lower"])]
    top = max(floors, key=_floor, default=None)
    cap = min(closed, key=lambda report: int(report["upper"]), default=None)
    if top is not None and cap is not None and int(cap["upper"]) > _floor(top):
        return _standing_in(top, "range", _floor(top), None, int(cap["upper"]))
    if top is not None:
        return _standing_in(top, "at_least", _floor(top), _floor(top), None)
    if cap is None:
        cap = max(parts, key=lambda report: int(report["upper"]), default=None)
    return None if cap is None else _standing_in(cap, "up_to", None, None, int(cap["upper"]))


def _standing_in(
    report: Report, qualifier: str, low: int | None, best: int | None, high: int | None
) -> dict[str, Any]:
    """Return the report on a part, or on more, as the report on the whole that it implies."""
    middle = (low + high) // 2 if low is not None and high is not None else best
    return {
        **report, "scope": "whole", "complete": True, "qualifier": qualifier,
        "low": low, "best": best, "high": high, "lower": low, "central": middle,
        "upper": best if high is None else high, "open_above": qualifier == "at_least",
    }  # fmt: skip


def _floor(report: Report) -> int:
    """Return the lower bound that a part gives."""
    return int(report["lower"])


def read_dependence(text: str | float) -> Dependence:
    """Return a dependence as ``total`` takes it from the way people write it.

    Parameters
    ----------
    text : str or float
        "independent", "comonotonic", or the rho of a shared error as a number ("0.3").

    Returns
    -------
    str or float
        One of the two words, or rho.

    Raises
    ------
    ValueError
        If it is neither.

    Examples
    --------
    >>> read_dependence("comonotonic"), read_dependence("0.3")
    ('comonotonic', 0.3)
    """
    try:
        rho = float(text)
    except ValueError:
        rho = None
    if rho is not None:
        return check_dependence(rho)
    try:
        return check_dependence(str(text))
    except ValueError as error:
        raise ValueError(f"{error}; or the rho of a shared error, such as 0.3") from None


def dependence_phrase(dependence: Dependence) -> str:
    """Return a dependence in words that a caption can use.

    Examples
    --------
    >>> dependence_phrase("independent"), dependence_phrase(0.3)
    ('independent errors', 'one shared error (rho = 0.3)')
    """
    if dependence == INDEPENDENT:
        return "independent errors"
    if dependence == COMONOTONIC:
        return "errors that all move together"
    return f"one shared error (rho = {dependence:g})"
