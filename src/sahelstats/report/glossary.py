"""The terms that are easily misread, with what each means here; README.md lists the same."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from sahelstats.tables.vocabulary import GEO_PRECISION


@dataclass(frozen=True)
class Term:
    """A word of the project with a meaning of its own.

    Attributes
    ----------
    name : str
        As the glossary lists it.
    meaning : str
        What it means here; code in backticks.
    forms : str
        Regular expression of the forms in which prose uses it.
    """

    name: str
    meaning: str
    forms: str

    @property
    def anchor(self) -> str:
        """Where the foot of a page explains it."""
        return "term-" + re.sub(r"[^a-z]+", "-", self.name.lower())

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """What finds it in prose."""
        return re.compile(rf"(?<![\w-])(?:{self.forms})(?![\w-])", re.IGNORECASE)


def _grades() -> str:
    """Return what the grades of ``geo_precision`` mean, in one sentence."""
    plain = ((grade, text.rstrip(".").lower()) for grade, text in GEO_PRECISION.items())
    return "; ".join(f"{grade}: {text.replace('; ', ', ')}" for grade, text in plain)


#: In the order in which they build on each other.
TERMS = (
    Term(
        "claim",
        "one claimant's figure for one outcome (killed, wounded, missing, abducted) and one group"
        " of victims of one incident",
        r"(?<!model )claims?(?! (?:the|to|responsibility))",
    ),
    Term(
        "report",
        "what one claimant, in the end, says the toll of an incident is: its latest claims put"
        " together. A claimant counts once, however many outlets relay it",
        r"complete reports?|(?<=\bthe )reports?|(?<=\bof )reports|reports(?= behind)",
    ),
    Term(
        "party",
        "the organisation behind a claimant. A ministry and the army of the same state are one"
        " party, and not independent of each other",
        r"party|parties",
    ),
    Term(
        "range",
        "low, best and high of one incident: the smallest lower bound of a complete report, the"
        " median, the largest upper bound",
        r"ranges?",
    ),
    Term(
        "best",
        "the weighted median of the reports. Not the most likely number, and not the project's own"
        " estimate",
        r"best figures?|bests?",
    ),
    Term(
        "open above",
        'the source of the highest figure said "at least" or "more than". The true number may be'
        " higher than the high",
        r"left open(?: upwards)?|open above|open upwards|open end",
    ),
    Term(
        "envelope",
        "the sum of the lows to the sum of the highs of many incidents. Bounds; never an interval",
        r"envelopes?",
    ),
    Term(
        "interval",
        "a statement of probability, always given with its level and with what is assumed about"
        " dependence. A range is none",
        r"intervals?",
    ),
    Term(
        "basis",
        "whether a toll counts the attackers' own dead: `excl_attackers` leaves them out (columns"
        " `killed_...`), `incl_attackers` counts them (columns `killed_incl_...`)",
        r"basis|attackers (?:are )?(?:left out|counted)",
    ),
    Term(
        "model",
        "what is assumed about the truth behind the reports of one incident: from its range alone"
        " (uniform, triangular, PERT, lognormal), from the reports themselves (claims), or from its"
        " best figure and the errors estimated for UCDP's events (reported)",
        r"models?",
    ),
    Term(
        "shared error",
        "part of the error of every toll is common to all, with correlation rho: some sources"
        " understate everywhere, or overstate everywhere",
        r"shared errors?|rho",
    ),
    Term(
        "comonotonic",
        "the errors of all incidents move together: where one toll is at the low end of what is"
        " possible, all are. The widest of the assumptions shown",
        r"comonotonic|all move together",
    ),
    Term(
        "geo_precision",
        f"how exactly the place of an incident is known. {_grades()}",
        r"geo_precision|exact site|precision",
    ),
    Term(
        "disputed",
        "an incident whose sources disagree beyond what the table can settle; the reason stands in"
        " `review_note`",
        r"disputed",
    ),
)
