"""Figures, dates and ranges in the words a reader uses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

#: Qualifier -> how the figure is put; ``{n}`` is the one number it has.
PHRASES = {
    "exact": "{n}",
    "at_least": "at least {n}",
    "more_than": "more than {n}",
    "about": "about {n}",
    "nearly": "nearly {n}",
    "up_to": "up to {n}",
    "dozens": "dozens",
}

ATTACKERS = {
    "yes": "attackers counted",
    "no": "attackers left out",
    "unknown": "attackers perhaps counted",
}


def figure_in_words(claim: Mapping[str, Any]) -> str:
    """Return a claim's figure with its outcome as one would say it.

    Parameters
    ----------
    claim : mapping
        ``outcome``, ``qualifier``, ``low``, ``best``, ``high`` and ``status``.

    Returns
    -------
    str
        Such as "at least 60 killed", "60 to 100 killed, best 80", "dozens killed", "denies any
        killed".

    Examples
    --------
    >>> claim = {"outcome": "killed", "status": "stated"}
    >>> figure_in_words(claim | {"qualifier": "range", "low": 60, "best": 80, "high": 100})
    '60 to 100 killed, best 80'
    >>> figure_in_words(claim | {"qualifier": "at_least", "low": 1200, "best": 1200, "high": None})
    'at least 1,200 killed'
    """
    figure = _figure(claim)
    middle = claim["qualifier"] == "range" and not pd.isna(claim["best"])
    return f"{figure} {claim['outcome']}" + (f", best {claim['best']:,}" if middle else "")


def _figure(claim: Mapping[str, Any]) -> str:
    """Return a claim's figure without its outcome."""
    if claim["status"] == "denial":
        return "denies any"
    if claim["qualifier"] == "range":
        return f"{claim['low']:,} to {claim['high']:,}"
    known = [claim[name] for name in ("best", "low", "high") if not pd.isna(claim[name])]
    number = f"{known[0]:,}" if known else ""
    return PHRASES[str(claim["qualifier"])].format(n=number)


def victims_in_words(claim: Mapping[str, Any]) -> str:
    """Return whom a claim counts, and whether attackers are among them where that is a question.

    Parameters
    ----------
    claim : mapping
        ``victims`` and ``includes_perpetrators``.

    Returns
    -------
    str
        Such as "civilians", or "all, attackers left out".

    Examples
    --------
    >>> victims_in_words({"victims": "state_forces", "includes_perpetrators": "no"})
    'state forces'
    >>> victims_in_words({"victims": "all", "includes_perpetrators": "unknown"})
    'all, attackers perhaps counted'
    """
    who = str(claim["victims"])
    if who == "perpetrators":
        return "attackers"
    if who not in ("all", "unspecified"):
        return who.replace("_", " ")
    group = "all" if who == "all" else "victims not specified"
    return f"{group}, {ATTACKERS[str(claim['includes_perpetrators'])]}"


def range_in_words(span: Mapping[str, Any]) -> str:
    """Return a range as one would say it.

    Parameters
    ----------
    span : mapping
        ``low``, ``best``, ``high`` and ``open_above``, any of them missing.

    Returns
    -------
    str
        Such as "60 to 100, best 77" or "2 to 131 or more, best 60".

    Examples
    --------
    >>> range_in_words({"low": 2, "best": 60, "high": 131, "open_above": True})
    '2 to 131 or more, best 60'
    >>> range_in_words({"low": 7, "best": 7, "high": 7, "open_above": False})
    '7'
    >>> range_in_words({"low": None, "best": None, "high": 30, "open_above": False})
    'up to 30'
    """
    low, best, high = (span[name] for name in ("low", "best", "high"))
    if pd.isna(high):
        return "no figure"
    top = f"{high:,}" + (" or more" if pd.notna(span["open_above"]) and span["open_above"] else "")
    if pd.notna(low) and low == high:
        return top
    middle = "" if pd.isna(best) else f", best {best:,}"
    return f"{'up' if pd.isna(low) else f'{low:,}'} to {top}{middle}"


def reported_in_words(claim: Mapping[str, Any]) -> str:
    """Return a claim's date with the part that is known.

    Parameters
    ----------
    claim : mapping
        ``reported_on`` and ``reported_until``, as ``load_claims`` gives them.

    Returns
    -------
    str
        ``YYYY-MM-DD``, ``YYYY-MM``, ``YYYY`` or "no date".

    Examples
    --------
    >>> first, last = pd.Timestamp("2024-09-01"), pd.Timestamp("2024-09-30")
    >>> reported_in_words({"reported_on": first, "reported_until": last})
    '2024-09'
    """
    first, last = claim["reported_on"], claim["reported_until"]
    if pd.isna(first):
        return "no date"
    if first == last:
        return f"{first:%Y-%m-%d}"
    return f"{first:%Y-%m}" if first.month == last.month else f"{first:%Y}"


def days_in_words(start: pd.Timestamp, end: pd.Timestamp) -> str:
    """Return the days of an incident.

    Examples
    --------
    >>> days_in_words(pd.Timestamp("2022-03-27"), pd.Timestamp("2022-03-31"))
    '27 to 31 March 2022'
    >>> days_in_words(pd.Timestamp("2024-09-17"), pd.Timestamp("2024-09-17"))
    '17 September 2024'
    """
    last = f"{end.day} {end:%B %Y}"
    if start == end:
        return last
    same_month = (start.year, start.month) == (end.year, end.month)
    first = f"{start.day}" if same_month else f"{start.day} {start:%B %Y}"
    return f"{first} to {last}"
