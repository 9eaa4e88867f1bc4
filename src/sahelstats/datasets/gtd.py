"""The Global Terrorism Database: from its cells to the tidy table."""

from __future__ import annotations

import numpy as np

from sahelstats.datasets import mapping
from sahelstats.datasets.drafting import MOST, Draft
from sahelstats.datasets.values import by_unique
from sahelstats.tables.countries import code_of

_DAYS_OF_MONTH = "datetime64[M]"


def draft(draft: Draft) -> None:
    """Fill a draft from GTD's columns, as ``mapping.MAPPING`` says.

    Parameters
    ----------
    draft : Draft
        With the cells of a GTD file.
    """
    _ids(draft)
    _days(draft)
    draft.columns |= {
        "geo_precision": draft.coded("specificity", mapping.SPECIFICITY, empty=5),
        "country": _country(draft),
        "attack_type": _attack(draft),
    }
    draft.coordinates()
    draft.place("city", "provstate", "country_txt", unnamed=("unknown",))
    draft.columns["target_type"] = _target(draft)
    draft.columns["type_of_violence"] = _violence(draft)
    codes, names = by_unique(draft.cells.text("gname"))
    draft.actors(names.str.strip().to_numpy(dtype=object)[codes])
    draft.columns["attribution"] = _attribution(draft)
    for outcome, all_of, theirs in (
        ("killed", "nkill", "nkillter"),
        ("wounded", "nwound", "nwoundte"),
    ):
        _toll(draft, outcome, _figure(draft, all_of), _figure(draft, theirs))
    draft.flag("doubtful_type", draft.number("doubtterr") == 1)


def _ids(draft: Draft) -> None:
    """Set the ids: twelve digits, of which a spreadsheet may have left a rounded number."""
    codes, texts = by_unique(draft.cells.text("eventid"))
    plain = texts.str.strip().str.replace(r"\.0$", "", regex=True)
    whole = plain.str.fullmatch(r"\d{12}").to_numpy(bool)
    draft.reject(~whole[codes], "is not the twelve digits of an id", "eventid")
    draft.ids(plain.where(whole, "").to_numpy(dtype=object)[codes], "GTD-")


def _days(draft: Draft) -> None:
    """Set the dates: a month or day of 0 is unknown and spans the year or the month."""
    year, month, day = (draft.whole(name) for name in ("iyear", "imonth", "iday"))
    draft.reject(np.isnan(year), "iyear is empty")
    draft.reject((year < 1900) | (year > 2200), "is no year", "iyear")
    draft.reject(month > 12, "is no month", "imonth")
    year = np.where((year >= 1900) & (year <= 2200), year, 1970)
    no_month = np.isnan(month) | (month == 0) | (month > 12)
    no_day = np.isnan(day) | (day == 0)
    first_month = ((year - 1970) * 12 + np.where(no_month, 1, month) - 1).astype(int)
    months = first_month.astype(_DAYS_OF_MONTH)
    after = np.where(no_month, first_month + 12, first_month + 1).astype(_DAYS_OF_MONTH)
    spans = no_month | no_day
    start = months.astype("datetime64[D]")
    last = after.astype("datetime64[D]") - np.timedelta64(1, "D")
    exact = start + np.where(spans, 0, np.nan_to_num(day) - 1).astype("timedelta64[D]")
    draft.reject(~spans & (exact > last), "is no day of that month", "iday")
    start, end = np.where(spans, start, exact), np.where(spans, last, exact)
    # The span of the running year or month ends in the future, which is no fault.
    draft.check_days(start, np.where(spans, start, end))
    today = np.datetime64("today")
    end = np.where(spans & (end > today) & (start <= today), today, end)
    about = draft.cells.text("approxdate").str.strip().to_numpy(dtype=object) != ""
    precision = np.where(
        no_month, "year", np.where(no_day, "month", np.where(about, "week", "day"))
    )
    draft.columns |= {"date_start": start, "date_end": end, "date_precision": precision}


def _country(draft: Draft) -> np.ndarray:
    codes, names = by_unique(draft.cells.text("country_txt"))
    found = np.array([code_of(name) for name in names], dtype=object)[codes]
    draft.reject(found == "", "is no country that is known", "country_txt")
    return found


def _attack(draft: Draft) -> np.ndarray:
    found = draft.matched("attacktype1_txt", mapping.GTD_ATTACK, "unknown")
    return np.where(draft.number("suicide") == 1, "suicide_attack", found)


def _target(draft: Draft) -> np.ndarray:
    """Return the kind of target, by the subtype where that says more."""
    found = draft.matched("targtype1_txt", mapping.GTD_TARGET, "unknown")
    codes, texts = by_unique(draft.cells.text("targsubtype1_txt"))
    lower = texts.str.lower()
    for part, target in mapping.GTD_SUBTARGET.items():
        found[lower.str.contains(part, regex=False).to_numpy(bool)[codes]] = target
    return found


def _violence(draft: Draft) -> np.ndarray:
    """Return the type of violence: GTD's attackers are never a state."""
    target = draft.columns["target_type"]
    draft.flag("type_assumed", target == "unknown")
    state = np.isin(target, mapping.STATE_TARGETS)
    return np.where(state, "state-based", np.where(target == "militants", "non-state", "one-sided"))


def _attribution(draft: Draft) -> np.ndarray:
    unnamed = draft.columns["actor_family"] == "unidentified"
    found = np.where(draft.number("guncertain1") == 1, "suspected", "coded")
    found = np.where(draft.number("claimed") == 1, "claimed", found)
    return np.where(unnamed, "unknown", found)


def _figure(draft: Draft, name: str) -> np.ndarray:
    """Return a count of people: codes for unknown are empty, fractions rounded and flagged."""
    values = draft.number(name)
    values = np.where(np.isin(values, mapping.GTD_UNKNOWN), np.nan, values)
    draft.reject(values < 0, "is negative", name)
    draft.reject(values > MOST, "is too large to be a count", name)
    fraction = ~np.isnan(values) & (values != np.floor(values))
    draft.flag("figure_rounded", fraction)
    return np.floor(values + 0.5)


def _toll(draft: Draft, outcome: str, everybody: np.ndarray, attackers: np.ndarray) -> None:
    """Set both tolls of an outcome; without attackers only where GTD counts them apart."""
    draft.toll(outcome, "incl_attackers", best=everybody)
    without = everybody - attackers
    draft.flag("attackers_exceed_dead", without < 0)
    draft.toll(outcome, "excl_attackers", best=np.where(without < 0, np.nan, without))
