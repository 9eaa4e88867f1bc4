"""Rules that a row must keep: each a plain function of the typed frame."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sahelstats.tables.schema import BASES, OUTCOMES, Table, range_column

Test = Callable[[pd.DataFrame], pd.Series]


@dataclass(frozen=True)
class Rule:
    """One rule that rows must keep.

    Attributes
    ----------
    name : str
        Short name, unique in its table.
    column : str
        Column that a message points to.
    test : callable
        Frame -> boolean Series, True where a row keeps the rule; missing values keep it.
    broken, remedy : str
        What to say of a row that breaks it, and what to do.
    counts_empty : tuple of str
        Columns that the test asks whether they are filled: a cell that cannot be read is not.
    """

    name: str
    column: str
    test: Test
    broken: str
    remedy: str
    counts_empty: tuple[str, ...] = ()


def _ordered(low: str, best: str, high: str) -> Test:
    """Return the test that three columns rise from left to right where they are filled."""

    def test(frame: pd.DataFrame) -> pd.Series:
        kept = pd.Series(True, index=frame.index)
        for left, right in ((low, best), (best, high), (low, high)):
            kept &= (frame[left] <= frame[right]).fillna(True).astype(bool)
        return kept

    return test


def names_quirk(frame: pd.DataFrame, quirk: str) -> pd.Series:
    """Return which rows of a tidy table carry a quirk.

    Parameters
    ----------
    frame : DataFrame
        Tidy incidents.
    quirk : str
        A value of the vocabulary's ``QUIRK``.

    Returns
    -------
    Series of bool
        False where the cell is empty.

    Examples
    --------
    >>> names_quirk(pd.DataFrame({"quirk": ["a; b", "c", pd.NA]}), "b").tolist()
    [True, False, False]
    """
    # Looked into once for each different cell: there are few. The last stands for empty ones.
    codes, cells = pd.factorize(frame["quirk"])
    named = np.array([*(quirk in str(cell).split("; ") for cell in cells), False])
    return pd.Series(named[codes], index=frame.index)


#: Quirk that excuses two columns of a range from their order -> which of low, best, high they are.
_EXCUSES = {
    "low_above_best": ("low", "best"),
    "high_below_best": ("best", "high"),
    "low_above_high": ("low", "high"),
}


def _ordered_or_flagged(outcome: str, basis: str) -> Test:
    """Return the test that a range is in order except where the row's quirk says it is not."""

    def test(frame: pd.DataFrame) -> pd.Series:
        kept = pd.Series(True, index=frame.index)
        for quirk, (left, right) in _EXCUSES.items():
            rows = _crossed(frame, outcome, basis, left, right)
            if rows.any():
                kept[rows] &= names_quirk(frame[rows], quirk)
        return kept

    return test


def _crossed(frame: pd.DataFrame, outcome: str, basis: str, left: str, right: str) -> pd.Series:
    """Return rows of which one part of a range lies above another that must not be below it."""
    low, high = (frame[range_column(outcome, basis, part)] for part in (left, right))
    return (low > high).fillna(False).astype(bool)


def _flags_are_true(frame: pd.DataFrame) -> pd.Series:
    kept = pd.Series(True, index=frame.index)
    flagged = frame[frame["quirk"].notna()]
    for quirk, (left, right) in _EXCUSES.items():
        rows = flagged[names_quirk(flagged, quirk)]
        if len(rows):
            crossed = [
                _crossed(rows, outcome, basis, left, right)
                for outcome in OUTCOMES
                for basis in BASES
            ]
            kept[rows.index] &= pd.concat(crossed, axis=1).any(axis=1)
    return kept


def _not_in_future(column: str) -> Test:
    def test(frame: pd.DataFrame) -> pd.Series:
        tomorrow = pd.Timestamp.now(tz="UTC").tz_localize(None).normalize() + pd.Timedelta(days=1)
        return ~(frame[column] > tomorrow)

    return test


def _end_after_start(frame: pd.DataFrame) -> pd.Series:
    return ~(frame["date_end"] < frame["date_start"])


def _id_holds_date_and_country(frame: pd.DataFrame) -> pd.Series:
    return frame["incident_id"].str.slice(0, 3).fillna("") == frame["country"].astype("string")


def _coordinates_together(frame: pd.DataFrame) -> pd.Series:
    return frame["latitude"].isna() == frame["longitude"].isna()


def _coordinates_not_zero(frame: pd.DataFrame) -> pd.Series:
    return ~((frame["latitude"] == 0) & (frame["longitude"] == 0))


def _review_note_where_disputed(frame: pd.DataFrame) -> pd.Series:
    return (frame["review"] != "disputed") | frame["review_note"].notna()


#: qualifier -> which of low, best, high it fills (True), leaves empty (False) or may do (None).
FIGURES_OF_QUALIFIER: dict[str, tuple[bool | None, bool | None, bool | None]] = {
    "exact": (True, True, True),
    "range": (True, None, True),
    "at_least": (True, True, False),
    "more_than": (True, True, False),
    "about": (False, True, False),
    "nearly": (False, True, False),
    "up_to": (False, False, True),
    "dozens": (False, False, False),
}


def _figures_fit_qualifier(frame: pd.DataFrame) -> pd.Series:
    kept = pd.Series(True, index=frame.index)
    for qualifier, expected in FIGURES_OF_QUALIFIER.items():
        rows = frame["qualifier"] == qualifier
        for column, filled in zip(("low", "best", "high"), expected, strict=True):
            if filled is not None:
                kept &= ~rows | (frame[column].notna() == filled)
    same = (frame["low"] == frame["best"]).fillna(True).astype(bool)
    equal_top = (frame["best"] == frame["high"]).fillna(True).astype(bool)
    kept &= ~frame["qualifier"].isin(["exact", "at_least", "more_than"]) | same
    return kept & ((frame["qualifier"] != "exact") | equal_top)


def _attackers_flag_fits_victims(frame: pd.DataFrame) -> pd.Series:
    attackers = frame["victims"] == "perpetrators"
    open_group = frame["victims"].isin(["all", "unspecified"])
    flag = frame["includes_perpetrators"]
    missing = frame["victims"].isna() | flag.isna()
    return missing | (attackers & (flag == "yes")) | open_group | (~attackers & (flag == "no"))


#: What a row of the cross-check says of an event; low and high are the producer's, in any order.
_OF_AN_EVENT = (
    "date_start", "date_end", "place", "geo_precision", "latitude", "longitude",
    "type_of_violence", "side_a", "side_b", "low", "best", "high",
)  # fmt: skip


def _event_whole_or_absent(frame: pd.DataFrame) -> pd.Series:
    filled = frame[list(_OF_AN_EVENT)].notna()
    none = (frame["ged_id"] == 0).fillna(False).astype(bool)
    return filled.all(axis=1).mask(none, ~filled.any(axis=1))


def _denial_is_zero(frame: pd.DataFrame) -> pd.Series:
    zero = ((frame["best"] == 0) & (frame["qualifier"] == "exact")).fillna(False).astype(bool)
    status = frame["status"]
    return (zero == (status == "denial")) | status.isin(["superseded", "derived", "rumour"])


_ORDER = "Put them in order: low <= best <= high."

_DATES_AND_PLACE = (
    Rule(
        "end_after_start", "date_end", _end_after_start,
        "is before date_start", "Swap or correct the two dates.",
    ),
    Rule(
        "start_not_in_future", "date_start", _not_in_future("date_start"),
        "lies in the future", "Correct the date.",
    ),
    Rule(
        "end_not_in_future", "date_end", _not_in_future("date_end"),
        "lies in the future", "Correct the date.",
    ),
    Rule(
        "coordinates_together", "latitude", _coordinates_together,
        "one coordinate stands without the other", "Fill in both or neither.",
        ("latitude", "longitude"),
    ),
    Rule(
        "coordinates_not_zero", "latitude", _coordinates_not_zero,
        "is 0, 0: a point in the sea that stands for an unknown place", "Leave both empty.",
    ),
)  # fmt: skip

RULES: dict[str, tuple[Rule, ...]] = {
    "incidents": (
        *_DATES_AND_PLACE,
        Rule(
            "id_starts_with_country", "incident_id", _id_holds_date_and_country,
            "does not begin with the country of the row", "Correct the id or the country.",
        ),
        Rule(
            "dispute_explained", "review_note", _review_note_where_disputed,
            "a disputed incident needs a reason", "Say in one sentence what is disputed.",
        ),
    ),
    "claims": (
        Rule(
            "figures_in_order", "best", _ordered("low", "best", "high"), "is out of order", _ORDER
        ),
        Rule(
            "figures_fit_qualifier", "qualifier", _figures_fit_qualifier,
            "does not fit the figures in low, best and high",
            "Fill them as data/README.md says for this qualifier.",
            ("low", "best", "high"),
        ),
        Rule(
            "attackers_flag_fits", "includes_perpetrators", _attackers_flag_fits_victims,
            "does not fit the victims", "yes for perpetrators, no for any other single group.",
        ),
        Rule(
            "denial_is_zero", "status", _denial_is_zero,
            "a figure of exactly 0 is a denial, and only that is",
            "Set status to denial, or mend the figure.",
        ),
        Rule(
            "reported_not_in_future", "reported_on", _not_in_future("reported_on"),
            "lies in the future", "Correct the date.",
        ),
    ),
    "ucdp_crosscheck": (
        _DATES_AND_PLACE[0],
        Rule(
            "event_whole_or_absent", "ged_id", _event_whole_or_absent,
            "does not fit the rest of the row",
            "Fill in all of the event's columns, or none where no event is near.",
            _OF_AN_EVENT,
        ),
    ),
    "tidy": (
        *_DATES_AND_PLACE,
        *(
            Rule(
                f"{range_column(outcome, basis, 'range')}_in_order",
                range_column(outcome, basis, "best"),
                _ordered_or_flagged(outcome, basis),
                "is out of order", _ORDER,
            )
            for outcome in OUTCOMES
            for basis in BASES
        ),
        Rule(
            "quirk_is_true", "quirk", _flags_are_true,
            "names an order of low, best and high that no range of the row has",
            "Remove the quirk, or restore the producer's figures.",
        ),
    ),
}  # fmt: skip


def rules_of(table: Table) -> tuple[Rule, ...]:
    """Return the row rules of a table.

    Parameters
    ----------
    table : Table
        Any table of the schema.

    Returns
    -------
    tuple of Rule
        Empty for tables whose columns say it all.
    """
    return RULES.get(table.name, ())
