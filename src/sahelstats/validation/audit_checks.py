"""The audit's checks of one incident's claims: what each takes for a fault, and what excuses it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any, NamedTuple

import pandas as pd

from sahelstats.reports import figure_of, last_possible_day
from sahelstats.tables.schema import OUTCOMES

#: One claim as a plain record: its columns, ``party``, ``reported_until``, ``row``; None = empty.
Claim = Mapping[str, Any]

UNDIVIDED = ("all", "unspecified")
CONFIRMS = re.compile(r"\bconfirm", re.I)
PART_EXPLAINED = re.compile(r"\b(larger|exceeds?|later|earlier)\b", re.I)
FALL_EXPLAINED = re.compile(
    r"\b(revis\w+|correct\w+|final|first|second|early|earlier|later|provisional|updat\w+|replac\w+"
    r"|lower)\b",
    re.I,
)
ATTACKERS = re.compile(r"\b(attackers?|assailants?|perpetrators?|attacking side)\b", re.I)
ATTACKERS_ALONE = re.compile(
    r"\b(only|all|just) (the )?(attackers|assailants|perpetrators)\b"
    r"|\b(attackers|assailants|perpetrators) (only|alone)\b",
    re.I,
)
#: The bound is not the claimant's: "the relay prints at least 15", "exact in his words".
BOUND_OF_OTHERS = re.compile(
    r"\b(relay(s|ed)?|headline|agency|prints?|encyclopaedia|exact)\b", re.I
)
NUMBER_WORDS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9, "ten": 10, "eleven": 11, "twelve": 12,
}  # fmt: skip
_NUMBER = rf"(?P<number>\d[\d,]*|{'|'.join(NUMBER_WORDS)})\b"
OPEN_BOUND = re.compile(
    rf"\b(at least|more than|no fewer than|not less than|over)\s+{_NUMBER}"
    r"|\bat least\s*($|[.;:)])",
    re.I,
)


class Finding(NamedTuple):
    """One claim that a check objects to: its row, the column to look at, what and what to do."""

    row: int
    column: str
    rule: str
    remedy: str


def number_of(claim: Claim) -> int | None:
    """Return the one number that stands for a claim's figure: its middle, or the bound it has.

    Parameters
    ----------
    claim : mapping
        With ``qualifier``, ``low``, ``best``, ``high`` and ``claim_no``.

    Returns
    -------
    int or None
        None for a figure in words.

    Examples
    --------
    >>> number_of({"qualifier": "range", "low": 60, "best": None, "high": 100, "claim_no": 1})
    80
    """
    figure = figure_of(claim)
    return figure.upper if figure.central is None else figure.central


def _standing(claims: Iterable[Claim], scope: str | None = None) -> list[Claim]:
    """Return claims that say a number and still stand, of one scope or any."""
    return [
        claim
        for claim in claims
        if claim["status"] == "stated" and scope in (None, claim["scope"])
        if number_of(claim) is not None
    ]


def _group(claim: Claim) -> str:
    """Return whom a claim counts; nobody named is everybody."""
    return "all" if claim["victims"] in UNDIVIDED else str(claim["victims"])


def _same_figure(one: Claim, other: Claim) -> bool:
    """Return whether two claims say the same of the same people."""
    columns = ("outcome", "qualifier", "low", "best", "high", "scope")
    return _group(one) == _group(other) and all(one[name] == other[name] for name in columns)


def repeats(claims: Sequence[Claim]) -> Iterator[Finding]:
    """Find figures that stand in an incident twice though one party said them once.

    Two claims of one party with the same outcome, victims, figure and scope; or a claim of an
    outlet that relays the very same figure in another claim. Claims that are superseded do not
    count, nor those whose note says ``confirms``. Parts may agree by chance when their notes name
    different parts.

    Parameters
    ----------
    claims : sequence of mappings
        All claims of one incident.

    Yields
    ------
    Finding
        On the later row of each pair.
    """
    for one, other in combinations(_standing(claims), 2):
        if not _same_figure(one, other) or CONFIRMS.search(one["note"] + other["note"]):
            continue
        if one["scope"] == "part" and one["note"] != other["note"]:
            continue
        party = one["party"] or one["claimant"]
        if party == (other["party"] or other["claimant"]):
            rule = f"repeats claim {one['claim_no']} of the same party ({party})"
            remedy = "Merge them, set status superseded, or say in the note what it confirms."
            yield Finding(other["row"], "claimant", rule, remedy)
        for told, relayed in ((one, other), (other, one)):
            if told["claimant"] == relayed["relay"] and told["claimant"] != relayed["claimant"]:
                rule = f"relays the figure of claim {relayed['claim_no']}, and did not count itself"
                remedy = f"Merge it into that claim, or set the claimant to {relayed['claimant']}."
                yield Finding(told["row"], "claimant", rule, remedy)


def _covers(whole: Claim, part: Claim) -> bool:
    """Return whether a whole figure counts everybody that a part counts."""
    if whole["outcome"] != part["outcome"] or whole["claimant"] != part["claimant"]:
        return False
    if part["victims"] == "perpetrators" and whole["victims"] in UNDIVIDED:
        return whole["includes_perpetrators"] == "yes"
    return _group(whole) in ("all", _group(part))


def large_parts(claims: Sequence[Claim]) -> Iterator[Finding]:
    """Find parts larger than the whole: than every whole figure of their own claimant.

    Compared are figures for the same outcome and the same victims, or a whole that counts all of
    them. The note excuses it when it says that the part is larger, later or earlier.

    Parameters
    ----------
    claims : sequence of mappings
        All claims of one incident.

    Yields
    ------
    Finding
        On the part.
    """
    for part in _standing(claims, "part"):
        wholes = [whole for whole in _standing(claims, "whole") if _covers(whole, part)]
        tops = [int(whole["high"] or number_of(whole) or 0) for whole in wholes]
        figure = number_of(part) or 0
        if tops and figure > max(tops) and not PART_EXPLAINED.search(part["note"]):
            rule = f"is a part of {figure:,}, larger than its claimant's whole of {max(tops):,}"
            remedy = "Correct scope or figure, or say in the note why the part is larger."
            yield Finding(part["row"], "scope", rule, remedy)


def falls(claims: Sequence[Claim]) -> Iterator[Finding]:
    """Find tolls that fall over time: a claimant's last figure is below an earlier one of its own.

    The last one alone enters the range, so a fall must be meant. Order is that of the ranges: by
    the last day a date can mean, an unknown date first, then by claim number. The note of either
    claim excuses it when it says which is the revised, corrected, first, final or lower one.

    Parameters
    ----------
    claims : sequence of mappings
        All claims of one incident.

    Yields
    ------
    Finding
        On the last claim.
    """
    lines: dict[tuple[str, ...], list[Claim]] = {}
    for claim in _standing(claims, "whole"):
        if claim["outcome"] in OUTCOMES:
            keys = ("claimant", "outcome", "victims", "includes_perpetrators")
            lines.setdefault(tuple(claim[key] for key in keys), []).append(claim)
    for line in lines.values():
        *earlier, last = sorted(line, key=_when)
        for claim in earlier:
            before, now = number_of(claim) or 0, number_of(last) or 0
            if now < before and not FALL_EXPLAINED.search(f"{claim['note']} {last['note']}"):
                rule = f"falls from {before:,} (claim {claim['claim_no']}) to {now:,}"
                remedy = "Check dates and figures, or say in the note that it was revised."
                yield Finding(last["row"], "best", rule, remedy)


def _when(claim: Claim) -> tuple[pd.Timestamp, int]:
    """Return the place of a claim in time; an unknown date comes first."""
    return last_possible_day(claim), int(claim["claim_no"])


def attackers_as_victims(claims: Sequence[Claim]) -> Iterator[Finding]:
    """Find attackers' losses that stand as a toll of victims.

    Either the note says that attackers alone are counted, or a claimant's undivided figure (or one
    for militants) equals its figure for the attackers; a note that speaks of attackers excuses the
    latter. Named groups, "four soldiers and four attackers", do agree by chance and are left alone.

    Parameters
    ----------
    claims : sequence of mappings
        All claims of one incident.

    Yields
    ------
    Finding
        On the claim about victims.
    """
    remedy = "Set victims to perpetrators, or say in the note that attackers are counted apart."
    whole = _standing(claims, "whole")
    own = {
        (claim["claimant"], claim["outcome"], number_of(claim)): claim["claim_no"]
        for claim in whole
        if claim["victims"] == "perpetrators"
    }
    for claim in _standing(claims):
        if claim["victims"] != "perpetrators" and ATTACKERS_ALONE.search(claim["note"]):
            yield Finding(claim["row"], "victims", "counts attackers alone, says its note", remedy)
    for claim in whole:
        twin = own.get((claim["claimant"], claim["outcome"], number_of(claim)))
        undivided = claim["victims"] in (*UNDIVIDED, "militants")
        if twin is not None and undivided and not ATTACKERS.search(claim["note"]):
            rule = f"is the figure that its claimant gives for the attackers (claim {twin})"
            yield Finding(claim["row"], "victims", rule, remedy)


def exact_from_open(claims: Sequence[Claim]) -> Iterator[Finding]:
    """Find figures coded exact whose note or source says at least or more than.

    "At least 16" in the note of a figure of 2 speaks of another figure and is left alone. The note
    excuses it when it says whose word that is: the relay's, the agency's, a headline's.

    Parameters
    ----------
    claims : sequence of mappings
        All claims of one incident.

    Yields
    ------
    Finding
        On the claim.
    """
    for claim in _standing(claims):
        texts = (claim["note"], claim["source"] or "")
        if claim["qualifier"] != "exact" or BOUND_OF_OTHERS.search(claim["note"]):
            continue
        said = [hit for text in texts for hit in OPEN_BOUND.finditer(text)]
        hit = next((hit for hit in said if _speaks_of(hit, number_of(claim))), None)
        if hit is not None:
            rule = f"does not fit the text, which says {hit.group(0).strip(' .;:)')!r}"
            remedy = "Set at_least (high empty), or say in the note whose word that is."
            yield Finding(claim["row"], "qualifier", rule, remedy)


def _speaks_of(hit: re.Match[str], figure: int | None) -> bool:
    """Return whether an open bound in a text is one of this figure."""
    number = hit.group("number")
    if number is None:
        return True
    word = number.lower()
    return (NUMBER_WORDS.get(word) or int(word.replace(",", ""))) == figure


#: Every check of the claims of one incident.
CHECKS: tuple[Callable[[Sequence[Claim]], Iterator[Finding]], ...] = (
    repeats, large_parts, falls, attackers_as_victims, exact_from_open,
)  # fmt: skip
