"""From claims to reports: what each claimant, in the end, says an incident's toll is.

A report is one claimant's toll of one incident on one basis, put together from its latest claims.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from sahelstats.tables.vocabulary import VICTIM_GROUPS

#: Claims of another status (superseded, derived, rumour) are kept for the record only.
STANDING = ("stated", "denial")
OPEN_QUALIFIERS = ("at_least", "more_than")
LOOSE_QUALIFIERS = ("about", "nearly")

REPORT_COLUMNS = [
    "incident_id", "claimant", "party", "source_type", "weight", "reported_on", "scope",
    "qualifier", "low", "best", "high", "lower", "central", "upper", "open_above", "complete",
    "claim_nos",
]  # fmt: skip


#: One claim as a plain record: column name -> value.
Claim = Mapping[str, Any]


@dataclass(frozen=True)
class Figure:
    """What one claim, or a sum of claims, says: a bound, a middle, a bound.

    Attributes
    ----------
    lower, central, upper : int or None
        None where the claim says nothing about it: all three for a figure in words, the first two
        for "up to n", which bounds from above and names no best figure.
    open_above : bool
        Whether the source set no upper bound (``upper`` is then its own figure).
    complete : bool
        False where a group of victims was counted in words only ("dozens").
    qualifiers : frozenset of str
        Of the claims it is made from.
    claim_nos : tuple of int
        The claims it is made from.
    """

    lower: int | None
    central: int | None
    upper: int | None
    open_above: bool
    complete: bool
    qualifiers: frozenset[str]
    claim_nos: tuple[int, ...]


def reports(
    claims: pd.DataFrame, outcome: str = "killed", basis: str = "excl_attackers"
) -> pd.DataFrame:
    """Return every claimant's toll of every incident, on one basis.

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
        One row per claimant, incident and scope. ``qualifier``, ``low``, ``best``, ``high`` follow
        the convention of claims; ``lower``, ``central``, ``upper`` are what the report contributes
        to the range; ``claim_nos`` names the claims behind it.

    Raises
    ------
    ValueError
        When the basis or outcome is unknown.

    Examples
    --------
    >>> from sahelstats.tables import load_claims
    >>> set(reports(load_claims())["scope"]) <= {"whole", "part", "wider"}
    True
    """
    if basis not in ("excl_attackers", "incl_attackers"):
        raise ValueError(f"unknown basis {basis!r}: excl_attackers or incl_attackers")
    if outcome not in claims["outcome"].cat.categories:
        raise ValueError(
            f"unknown outcome {outcome!r}: {', '.join(claims['outcome'].cat.categories)}"
        )
    current = latest_claims(claims[claims["outcome"] == outcome])
    groups: dict[tuple[str, str, str], list[Claim]] = {}
    # Plain records: a thousand small frames would cost a hundred times as much.
    for claim in current.to_dict("records"):
        groups.setdefault((claim["incident_id"], claim["claimant"], claim["scope"]), []).append(
            claim
        )
    rows = []
    for (incident, claimant, scope), group in sorted(groups.items()):
        figure = _toll(group, basis) if scope == "whole" else _extreme(group, basis, scope)
        if figure is not None:
            first, dates = group[0], [c["reported_on"] for c in group if pd.notna(c["reported_on"])]
            rows.append(
                (incident, claimant, first["party"], first["source_type"], first["weight"],
                 max(dates, default=pd.NaT), scope, *_in_convention(figure), figure.lower,
                 figure.central, figure.upper, figure.open_above, figure.complete,
                 "+".join(map(str, figure.claim_nos)))
            )  # fmt: skip
    frame = pd.DataFrame(rows, columns=REPORT_COLUMNS)
    integers = ["low", "best", "high", "lower", "central", "upper"]
    return frame.astype(dict.fromkeys(integers, "Int64") | {"open_above": bool, "complete": bool})


def claim_lines(
    claims: pd.DataFrame, outcomes: Sequence[str], basis: str = "excl_attackers"
) -> pd.DataFrame:
    """Return claims as a ladder shows them: a label, the figure, and whether it enters the range.

    Parameters
    ----------
    claims : DataFrame
        Claims of one incident, as ``load_claims`` returns them.
    outcomes : sequence of str
        In the order wanted.
    basis : {"excl_attackers", "incl_attackers"}
        Of the range that ``counted`` refers to.

    Returns
    -------
    DataFrame
        Columns ``outcome``, ``label``, ``claim_no``, ``claimant``, ``relay``, ``source_type``,
        ``victims``, ``qualifier``, ``lower``, ``central``, ``upper``, ``scope``, ``status``,
        ``counted``; smallest figure first within an outcome.

    Examples
    --------
    >>> from sahelstats.tables import load_claims
    >>> own = load_claims().query("incident_id == 'MLI-20240917-bamako'")
    >>> bool(claim_lines(own, ["killed"])["counted"].any())
    True
    """
    entering = set(latest_claims(claims).index)
    attackers_out = basis == "excl_attackers"
    rows = []
    for index, claim in claims.iterrows():
        figure = figure_of(claim)
        relay = "" if pd.isna(claim["relay"]) else f" ({claim['relay']})"
        group = "" if claim["victims"] in ("all", "unspecified") else f": {claim['victims']}"
        counted = index in entering and claim["scope"] == "whole"
        counted = counted and not (attackers_out and claim["includes_perpetrators"] == "yes")
        rows.append(
            (claim["outcome"], f"{claim['claimant']}{relay}{group.replace('_', ' ')}",
             claim["claim_no"], claim["claimant"], claim["relay"], claim["source_type"],
             claim["victims"], claim["qualifier"], figure.lower, figure.central, figure.upper,
             claim["scope"], claim["status"], counted)
        )  # fmt: skip
    names = ["outcome", "label", "claim_no", "claimant", "relay", "source_type", "victims",
             "qualifier", "lower", "central", "upper", "scope", "status", "counted"]  # fmt: skip
    frame = pd.DataFrame(rows, columns=names).astype(
        dict.fromkeys(("lower", "central", "upper"), "Int64")
    )
    order = frame["outcome"].map({outcome: n for n, outcome in enumerate(outcomes)})
    figure = frame["central"].fillna(frame["upper"])
    frame = frame.assign(order=order.astype("Float64"), figure=figure).dropna(subset=["order"])
    ordered = frame.sort_values(["order", "figure", "claim_no"], na_position="first")
    return ordered.drop(columns=["order", "figure"]).reset_index(drop=True)


def latest_claims(claims: pd.DataFrame) -> pd.DataFrame:
    """Return the claims that stand: of a claimant's whole tolls for one group the latest one.

    Parameters
    ----------
    claims : DataFrame
        As ``load_claims`` returns it.

    Returns
    -------
    DataFrame
        Rows of `claims`; a date of which the day is unknown counts as the last it can mean, an
        unknown date as earlier than any other, and the higher claim number wins a tie. Parts and
        wider counts do not replace one another: each may speak of another site.

    Examples
    --------
    >>> from sahelstats.tables import load_claims
    >>> claims = load_claims()
    >>> len(latest_claims(claims)) < len(claims)
    True
    """
    standing = claims[claims["status"].isin(STANDING)]
    when = "reported_until" if "reported_until" in claims else "reported_on"
    ordered = standing.sort_values([when, "claim_no"], na_position="first", kind="stable")
    # A toll with attackers does not replace the same claimant's toll without them.
    keys = ["incident_id", "claimant", "outcome", "victims", "includes_perpetrators"]
    replaced = (ordered["scope"] == "whole") & ordered.duplicated([*keys, "scope"], keep="last")
    return ordered[~replaced].sort_values(["incident_id", "claim_no"])


def figure_of(claim: Claim) -> Figure:
    """Return what one claim contributes to a range.

    Parameters
    ----------
    claim : mapping
        One claim: ``low``, ``best``, ``high``, ``qualifier``, ``claim_no``.

    Returns
    -------
    Figure
        Where a bound is empty the claim contributes the figure it has, except that ``up_to`` is
        an upper bound only; a range without a best figure has its middle, rounded down.

    Examples
    --------
    >>> claim = {"qualifier": "up_to", "low": None, "best": None, "high": 600, "claim_no": 4}
    >>> figure = figure_of(claim)
    >>> figure.lower, figure.central, figure.upper
    (None, None, 600)
    """
    low, best, high = (
        None if pd.isna(claim[name]) else int(claim[name]) for name in ("low", "best", "high")
    )
    qualifier = str(claim["qualifier"])
    centre = best
    if centre is None and low is not None and high is not None:
        centre = (low + high) // 2
    elif centre is None and qualifier != "up_to":
        centre = high if high is not None else low
    upper = high if high is not None else centre
    return Figure(
        low if low is not None else centre, centre, upper, qualifier in OPEN_QUALIFIERS,
        upper is not None, frozenset([qualifier]), (int(claim["claim_no"]),),
    )  # fmt: skip


def add(figures: Iterable[Figure]) -> Figure:
    """Return the sum of figures for different groups of victims.

    Parameters
    ----------
    figures : iterable of Figure
        One for each group.

    Returns
    -------
    Figure
        A group counted in words only adds nothing, leaves the sum open above and not complete. A
        sum with an "up to" in it is an "up to": it bounds from above only.
    """
    parts = list(figures)

    def total(name: str) -> int | None:
        values = [getattr(part, name) for part in parts if part.complete]
        return None if None in values or not values else sum(values)

    return Figure(
        total("lower"), total("central"), total("upper"),
        any(part.open_above or not part.complete for part in parts),
        all(part.complete for part in parts),
        frozenset().union(*(part.qualifiers for part in parts)),
        tuple(sorted(number for part in parts for number in part.claim_nos)),
    )  # fmt: skip


def subtract(whole: Figure, attackers: Figure) -> Figure | None:
    """Return a toll without the attackers, where a report gives both in numbers.

    Parameters
    ----------
    whole, attackers : Figure
        A figure that counts attackers, and the attackers' share of it.

    Returns
    -------
    Figure or None
        None when the difference would be negative or a bound is missing.
    """
    bounds = (whole.lower, whole.central, whole.upper)
    theirs = (attackers.lower, attackers.central, attackers.upper)
    if None in bounds or None in theirs:
        return None
    lower = max(whole.lower - attackers.upper, 0)  # type: ignore[operator]
    central = whole.central - attackers.central  # type: ignore[operator]
    upper = whole.upper - attackers.lower  # type: ignore[operator]
    if central < lower or upper < central:
        return None
    return Figure(
        lower, central, upper, whole.open_above, True, whole.qualifiers | attackers.qualifiers,
        tuple(sorted(whole.claim_nos + attackers.claim_nos)),
    )  # fmt: skip


def _toll(group: list[Claim], basis: str) -> Figure | None:
    """Return one claimant's toll of the whole incident on a basis, None where it gives none."""
    attackers = [figure_of(claim) for claim in group if claim["victims"] == "perpetrators"]
    without = _toll_without_attackers(group, attackers)
    if basis == "excl_attackers":
        return without
    counted = _undivided(group, ("yes", "unknown"))
    if counted is not None:
        return figure_of(counted)
    if without is None or not attackers:
        return None
    both = add([without, *attackers])
    # "34 soldiers and dozens of attackers" has a toll without attackers, and none with them.
    return both if both.complete else None


def _toll_without_attackers(group: list[Claim], attackers: list[Figure]) -> Figure | None:
    """Return the toll that leaves attackers out.

    First the claimant's undivided figure, then the sum of its groups, then the difference of an
    undivided figure and its attackers. An undivided figure that is older and smaller than the
    groups' sum is out of date: the sum takes its place.
    """
    undivided = _undivided(group, ("no", "unknown"))
    rows = [claim for claim in group if claim["victims"] in VICTIM_GROUPS]
    groups = add(map(figure_of, rows)) if rows else None
    if undivided is not None and groups is not None:
        newer = max(map(last_possible_day, rows)) > last_possible_day(undivided)
        figure = figure_of(undivided)
        told = figure.upper if figure.central is None else figure.central
        return groups if newer and (groups.central or 0) > (told or 0) else figure
    if undivided is not None or groups is not None:
        return groups if undivided is None else figure_of(undivided)
    counted = _undivided(group, ("yes",))
    return subtract(figure_of(counted), add(attackers)) if counted and attackers else None


def last_possible_day(claim: Claim) -> pd.Timestamp:
    """Return the last day a claim's date can mean; an unknown date comes before any other.

    Examples
    --------
    >>> claim = {"reported_on": pd.Timestamp("2024-01-01"), "reported_until": None}
    >>> last_possible_day(claim) == pd.Timestamp.min
    True
    """
    day = claim.get("reported_until", claim["reported_on"])
    return day if pd.notna(day) else pd.Timestamp.min


def _undivided(group: list[Claim], flags: tuple[str, ...]) -> Claim | None:
    """Return the claimant's latest claim for all victims with one of the flags."""
    fitting = [
        claim
        for claim in group
        if claim["victims"] in ("all", "unspecified") and claim["includes_perpetrators"] in flags
    ]
    return max(
        fitting, key=lambda claim: (last_possible_day(claim), claim["claim_no"]), default=None
    )


def _extreme(group: list[Claim], basis: str, scope: str) -> Figure | None:
    """Return the largest of a claimant's parts, or the smallest of its wider counts."""
    if basis == "excl_attackers":
        used = [claim for claim in group if claim["includes_perpetrators"] in ("no", "unknown")]
    else:
        # Attackers alone, or everybody but them, say nothing of the two together.
        used = [
            claim
            for claim in group
            if claim["victims"] != "perpetrators" and claim["includes_perpetrators"] != "no"
        ]
    figures = [f for claim in used if (f := figure_of(claim)).upper is not None]
    if scope == "part":
        # A part "up to n" is not sure of anybody: it must not hide one that is.
        return max(figures, key=lambda f: -1 if f.central is None else f.central, default=None)
    # A count left open upwards caps nothing: it must not hide one that does.
    return min(figures, key=lambda figure: (figure.open_above, figure.upper or 0), default=None)


def _in_convention(figure: Figure) -> tuple[str, int | None, int | None, int | None]:
    """Return a report as qualifier, low, best, high in the convention of claims."""
    used = figure.qualifiers
    if figure.upper is None:
        return "dozens", None, None, None
    if len(figure.claim_nos) == 1 and used == {"nearly"}:
        return "nearly", None, figure.central, None
    if figure.open_above:
        return "at_least", figure.lower, figure.lower, None
    if figure.lower is None:
        return "up_to", None, None, figure.upper
    if used & set(LOOSE_QUALIFIERS) and "range" not in used:
        return "about", None, figure.central, None
    if figure.lower == figure.upper:
        return "exact", figure.lower, figure.central, figure.upper
    return "range", figure.lower, figure.central, figure.upper
