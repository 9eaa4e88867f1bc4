"""Which claims of an incident made its range, and why the others did not."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from sahelstats.ranges import ranges
from sahelstats.reports import STANDING, figure_of, latest_claims, reports
from sahelstats.tables.schema import BASES, OUTCOMES

#: The claim numbers at the end of "JNIM (8+9)".
NUMBERS = re.compile(r"\((\d+(?:\+\d+)*)\)(?=, |$)")

STATUS_REASONS = {
    "superseded": "superseded by its own claimant",
    "derived": "derived: a sum no source stated",
    "rumour": "rumour, quoted only to be denied",
}
SCOPE_REASONS = {
    "part": "part of the toll only",
    "wider": "wider: covers more than the incident",
}


@dataclass(frozen=True)
class Outcome:
    """What the claims of an incident give on one outcome and basis.

    Attributes
    ----------
    outcome, basis : str
        What is counted, and whether attackers are.
    span : mapping or None
        ``low``, ``best``, ``high``, ``open_above``, ``n_reports``, ``n_sources`` and ``low_by``,
        ``best_by``, ``high_by``; None when no claim gives a figure on this basis.
    left_out : dict
        Claim number -> why it did not enter.
    """

    outcome: str
    basis: str
    span: Mapping[str, Any] | None
    left_out: dict[int, str]


def outcomes_of(claims: pd.DataFrame) -> list[Outcome]:
    """Return the ranges of one incident and the claims that did not enter them.

    Parameters
    ----------
    claims : DataFrame
        Claims of one incident, as ``load_claims`` returns them.

    Returns
    -------
    list of Outcome
        For each outcome that is claimed, without attackers and with them.

    Examples
    --------
    >>> from sahelstats.tables import load_claims
    >>> own = load_claims().query("incident_id == 'MLI-20240725-tinzaouaten'")
    >>> first = outcomes_of(own)[0]
    >>> first.outcome, first.basis, first.left_out[14]
    ('killed', 'excl_attackers', 'superseded by its own claimant')
    """
    return [
        _outcome(claims[claims["outcome"] == outcome], outcome, basis)
        for outcome in OUTCOMES
        for basis in BASES
        if (claims["outcome"] == outcome).any()
    ]


def _outcome(claims: pd.DataFrame, outcome: str, basis: str) -> Outcome:
    """Return one range with the claims it left out."""
    found = ranges(claims, outcome, basis)
    span = None if found.empty else found.iloc[0].to_dict()
    entered = _entered(claims, outcome, basis)
    if span is not None:
        # A part above the high, or the parts where nobody gives the whole, set bounds too.
        entered |= numbers_in(span[name] for name in ("low_by", "best_by", "high_by"))
    replaced = _replaced(claims)
    left_out = {
        int(claim["claim_no"]): _reason(claim, basis, replaced)
        for claim in claims.to_dict("records")
        if claim["claim_no"] not in entered
    }
    return Outcome(outcome, basis, span, left_out)


def numbers_in(texts: Iterable[str]) -> set[int]:
    """Return the claim numbers that ``low_by`` and its like name.

    Examples
    --------
    >>> sorted(numbers_in(["CSP-DPA (1+2), AFP (x) (7)"]))
    [1, 2, 7]
    """
    found = (hit for text in texts for hit in NUMBERS.findall(text))
    return {int(number) for hit in found for number in hit.split("+")}


def _entered(claims: pd.DataFrame, outcome: str, basis: str) -> set[int]:
    """Return the numbers of the claims behind the reports that count."""
    own = reports(claims, outcome, basis)
    own = own[own["upper"].notna()]
    whole = own[own["scope"] == "whole"]
    # The rule of ranges.range_of: parts and wider counts speak only where nobody gives the whole.
    used = whole if whole["complete"].any() else own
    return {int(number) for text in used["claim_nos"] for number in text.split("+")}


def _replaced(claims: pd.DataFrame) -> dict[int, int]:
    """Return claim number -> number of the later claim that took its place."""
    last: dict[tuple[Any, ...], int] = {}
    keys = ["claimant", "victims", "includes_perpetrators", "scope"]
    latest = latest_claims(claims)
    for claim in latest.to_dict("records"):
        last[tuple(claim[key] for key in keys)] = int(claim["claim_no"])
    gone = claims[claims["status"].isin(STANDING) & ~claims.index.isin(latest.index)]
    return {
        int(claim["claim_no"]): last[tuple(claim[key] for key in keys)]
        for claim in gone.to_dict("records")
    }


def _reason(claim: Mapping[str, Any], basis: str, replaced: Mapping[int, int]) -> str:
    """Return why a claim did not enter a range; the first reason that holds."""
    number = int(claim["claim_no"])
    if claim["status"] in STATUS_REASONS:
        return STATUS_REASONS[claim["status"]]
    if number in replaced:
        return f"superseded by date: claim {replaced[number]} is later"
    if figure_of(claim).upper is None:
        return "no number"
    if claim["scope"] in SCOPE_REASONS:
        return SCOPE_REASONS[claim["scope"]]
    return _reason_of_basis(claim, basis)


def _reason_of_basis(claim: Mapping[str, Any], basis: str) -> str:
    """Return why a claim of the whole does not fit a basis."""
    if basis == "excl_attackers" and claim["includes_perpetrators"] == "yes":
        return "counts attackers"
    if basis == "incl_attackers" and claim["victims"] == "perpetrators":
        return "attackers alone: no full toll of the others beside it"
    if basis == "incl_attackers" and claim["includes_perpetrators"] == "no":
        return "leaves attackers out, no figure for them beside it"
    return "another figure of the same claimant stands for it"
