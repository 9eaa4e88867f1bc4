"""The explorer: every incident of the curated tables, with its claims and where they were read."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pandas as pd

from sahelstats.curation.words import (
    days_in_words,
    figure_in_words,
    range_in_words,
    reported_in_words,
    victims_in_words,
)
from sahelstats.figures.palette import ACTOR_FAMILY_NAME, SOURCE_TYPE_NAME
from sahelstats.files import write_atomic
from sahelstats.paths import DATA, INCIDENTS, shown
from sahelstats.report.rendering import render
from sahelstats.rerun.publishing import Places, sha256
from sahelstats.summaries import country_name
from sahelstats.tables.loading import load_claims, load_incidents, load_table
from sahelstats.tables.schema import INCIDENTS as CURATED_INCIDENTS

#: Outcomes in the order in which the claims of an incident are listed.
OUTCOMES = ("killed", "wounded", "missing", "abducted")

#: Size of a range plot in its own units, and how far the scale stays from the edges.
WIDTH, HEIGHT, MARGIN = 200, 22, 10

#: What its label says of the tolls of an incident.
TOLLS = (
    ("Killed, attackers left out", "killed"),
    ("Killed, attackers counted", "killed_incl"),
    ("Wounded, attackers left out", "wounded"),
    ("Wounded, attackers counted", "wounded_incl"),
)


def write_explorer(places: Places) -> Path:
    """Write the page of all incidents and their claims.

    Parameters
    ----------
    places : Places
        Where the pages are.

    Returns
    -------
    Path
        The page.
    """
    table, claims = load_incidents(), load_claims()
    notes = load_table(DATA / CURATED_INCIDENTS.path, CURATED_INCIDENTS).set_index("incident_id")
    target = places.reports / "explorer.html"
    write_atomic(target, explorer_page(table, claims, notes))
    return target


def explorer_page(table: pd.DataFrame, claims: pd.DataFrame, notes: pd.DataFrame) -> str:
    """Return the page of all incidents and their claims.

    Parameters
    ----------
    table : DataFrame
        Tidy incidents, as ``load_incidents`` returns them.
    claims : DataFrame
        As ``load_claims`` returns them.
    notes : DataFrame
        The curated incidents, indexed by ``incident_id``, with ``note`` and ``review_note``.

    Returns
    -------
    str
        HTML that needs no other file, and no script to be read.
    """
    largest = table[["killed_best", "killed_high"]].max().max()
    scale = Scale(1 if pd.isna(largest) else int(largest))
    own = dict(iter(claims.groupby("incident_id")))
    ordered = table.sort_values(["date_start", "incident_id"], ascending=[False, True])
    nothing = claims.iloc[:0]
    incidents = [
        _incident(row, own.get(row["incident_id"], nothing), notes, scale)
        for row in ordered.to_dict("records")
    ]
    families = [name for name in ACTOR_FAMILY_NAME if name in set(table["actor_family"])]
    return render(
        "explorer.html.j2",
        scripts=("explorer.js",),
        home="index.html",
        site=[("All questions", "index.html")],
        incidents=incidents,
        n_claims=len(claims),
        axis=scale.axis(),
        countries=sorted((country_name(code), code) for code in table["country"].unique()),
        years=sorted(int(year) for year in table["year"].unique()),
        families=[(ACTOR_FAMILY_NAME[name], name) for name in families],
        provenance=[
            (f"{shown(path)} (sha256)", sha256(path))
            for path in (INCIDENTS, DATA / "curated" / "claims.csv")
        ],
    )


def disagreement(low: Any, high: Any) -> float:
    """Return by how many times the highest toll of an incident exceeds the lowest.

    Parameters
    ----------
    low, high : int or missing
        The ends of a range.

    Returns
    -------
    float
        Ratio of high to low, one added to each so that a low of zero can be divided by; 1 where
        they agree or one is missing.

    Examples
    --------
    >>> disagreement(0, 29), disagreement(40, 40), disagreement(None, 30)
    (30.0, 1.0, 1.0)
    """
    if pd.isna(low) or pd.isna(high):
        return 1.0
    return (float(high) + 1) / (float(low) + 1)


class Scale:
    """A logarithmic scale from one death to the largest toll; zero stands at its left edge.

    Parameters
    ----------
    largest : int
        The largest toll that is drawn.
    """

    def __init__(self, largest: int) -> None:
        self.decades = max(1, math.ceil(math.log10(max(largest, 1)) - 1e-9))

    def at(self, toll: float) -> float:
        """Return where a toll stands, in the units of the plot.

        Examples
        --------
        >>> Scale(1000).at(1000), Scale(1000).at(1000) - Scale(1000).at(100)
        (190.0, 55.0)
        """
        if toll < 1:
            return float(MARGIN)
        zero_to_one = 15
        room = WIDTH - 2 * MARGIN - zero_to_one
        return MARGIN + zero_to_one + math.log10(toll) / self.decades * room

    def axis(self) -> list[tuple[float, str]]:
        """Return the ticks: where, and what stands there."""
        marks = [0, *(10**power for power in range(self.decades + 1))]
        return [(self.at(mark), f"{mark:,}") for mark in marks]

    def plot(self, toll: Mapping[str, Any]) -> str:
        """Return a range as a small picture.

        Parameters
        ----------
        toll : mapping
            ``low``, ``best``, ``high``, ``open_above``, any of them missing.

        Returns
        -------
        str
            SVG: a bar from low to high, a dot at the best figure, an arrow where the highest was
            left open; empty where nobody gives a figure.
        """
        if pd.isna(toll["high"]):
            return ""
        high = self.at(toll["high"])
        low = high if pd.isna(toll["low"]) else self.at(toll["low"])
        middle = HEIGHT / 2
        grid = "".join(f"M{x:.1f} 0v{HEIGHT}" for x, _ in self.axis())
        parts = [f'<path class="grid" d="{grid}"/>']
        if high > low:
            parts.append(f'<path class="bar" d="M{low:.1f} {middle}H{high:.1f}"/>')
        if pd.notna(toll["open_above"]) and toll["open_above"]:
            tip = min(high + 13, WIDTH)
            arrow = f"M{high:.1f} {middle}H{tip:.1f}m-4 -3.5l4 3.5l-4 3.5"
            parts.append(f'<path class="open" d="{arrow}"/>')
        if pd.notna(toll["best"]):
            parts.append(f'<circle cx="{self.at(toll["best"]):.1f}" cy="{middle}" r="3.6"/>')
        words = escape(f"Killed: {range_in_words(toll)}")
        return (
            f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{words}">'
            f"{''.join(parts)}</svg>"
        )


def _toll(row: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    return {part: row[f"{prefix}_{part}"] for part in ("low", "best", "high", "open_above")}


def _incident(
    row: Mapping[str, Any], claims: pd.DataFrame, notes: pd.DataFrame, scale: Scale
) -> dict[str, Any]:
    """Return what the page shows of one incident."""
    toll = _toll(row, "killed")
    code = row["incident_id"]
    note = notes.loc[code] if code in notes.index else {}
    return {
        "id": code,
        "country": row["country"],
        "year": int(row["year"]),
        "family": row["actor_family"],
        "low": "" if pd.isna(toll["low"]) else int(toll["low"]),
        "best": "" if pd.isna(toll["best"]) else int(toll["best"]),
        "high": "" if pd.isna(toll["high"]) else int(toll["high"]),
        "disagreement": f"{disagreement(toll['low'], toll['high']):.4g}",
        "start": f"{row['date_start']:%Y-%m-%d}",
        "day": _day(row),
        "place": row["place"],
        "where": ", ".join([*_known(row["admin1"]), country_name(row["country"])]),
        "actor": row["actor"],
        "attribution": row["attribution"],
        "kind": f"{_capital(_spaced(row['attack_type']))}; target: {_spaced(row['target_type'])}",
        "disputed": row["review"] == "disputed",
        "plot": scale.plot(toll),
        "toll": range_in_words(toll),
        "parties": int(row["killed_n_sources"]),
        "tolls": list(_tolls(row)),
        "n_claims": len(claims),
        "n_claimants": int(claims["claimant"].nunique()),
        "claims": [_claim(claim) for claim in _in_order(claims)],
        "notes": [
            text
            for name in ("note", "review_note")
            for text in map(_capital, _known(note.get(name)))
        ],
    }


def _tolls(row: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the ranges of an incident that are known: what is counted, the range in words."""
    for name, prefix in TOLLS:
        toll = _toll(row, prefix)
        if pd.notna(toll["high"]):
            reports, parties = (int(row[f"{prefix}_n_{kind}"]) for kind in ("reports", "sources"))
            behind = (
                f"{_count(reports, 'report', 'reports')}, {_count(parties, 'party', 'parties')}"
            )
            yield name, f"{range_in_words(toll)} ({behind})"


def _in_order(claims: pd.DataFrame) -> list[dict[str, Any]]:
    """Return claims by outcome, then by day, those without a day last."""
    rank = claims["outcome"].map({name: place for place, name in enumerate(OUTCOMES)}).astype(int)
    ordered = claims.assign(rank=rank).sort_values(
        ["rank", "reported_until", "claim_no"], na_position="last", kind="stable"
    )
    return ordered.to_dict("records")


def _claim(claim: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the page shows of one claim."""
    said = [victims_in_words(claim)]
    if claim["scope"] != "whole":
        said.append(
            {"part": "a part of the incident", "wider": "more than the incident"}[claim["scope"]]
        )
    if claim["status"] not in ("stated", "denial"):
        said.append(str(claim["status"]))
    relay = _known(claim["relay"])
    return {
        "number": int(claim["claim_no"]),
        "figure": figure_in_words(claim),
        "said": _capital("; ".join(said)),
        "claimant": claim["claimant"],
        "type": SOURCE_TYPE_NAME[str(claim["source_type"])].lower(),
        "relay": relay[0] if relay else "",
        "day": reported_in_words(claim),
        "note": _capital("; ".join(_known(claim["note"]))),
        "pages": pages_of(claim["url"]),
    }


def pages_of(addresses: Any) -> list[tuple[str, str]]:
    """Return the pages on which a claim was read.

    Parameters
    ----------
    addresses : str or missing
        As the claim has them: one address, or several with blanks between.

    Returns
    -------
    list of tuple
        (address, site) of each; the address is empty, and not to be linked, where it is none of the
        web.

    Examples
    --------
    >>> pages_of("https://www.bbc.com/afrique/x javascript:alert(1)")
    [('https://www.bbc.com/afrique/x', 'bbc.com'), ('', 'javascript:alert(1)')]
    """
    found = []
    for address in str(addresses).split() if isinstance(addresses, str) else []:
        site = site_of(address)
        found.append((address if site else "", site or address))
    return found


def site_of(address: str) -> str:
    """Return the site that an address of the web belongs to, empty for any other address.

    Parameters
    ----------
    address : str
        An address.

    Returns
    -------
    str
        The host without ``www.``.

    Examples
    --------
    >>> site_of("https://www.bbc.com/afrique/x"), site_of("ftp://example.org")
    ('bbc.com', '')
    """
    if not re.fullmatch(r"(?i)https?://[^\s<>\"]+", address):
        return ""
    try:
        return (urlsplit(address).hostname or "").removeprefix("www.")
    except ValueError:  # a bracket without its fellow
        return ""


def _day(row: Mapping[str, Any]) -> str:
    """Return when an incident took place, and how exactly that is known."""
    words = days_in_words(row["date_start"], row["date_end"])
    exact = row["date_precision"] == "day"
    return words if exact else f"{words} (known to the {row['date_precision']})"


def _known(value: Any) -> list[str]:
    """Return a text in a list, or an empty list where it is missing."""
    return [] if value is None or pd.isna(value) or not str(value).strip() else [str(value)]


def _count(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _spaced(value: str) -> str:
    return str(value).replace("_", " ")
