"""Incidents that fit a question, one line each."""

from __future__ import annotations

import pandas as pd
from rich.console import Group
from rich.table import Table
from rich.text import Text

from sahelstats.curation.curated import Curated, CurationError, plain
from sahelstats.ranges import ranges
from sahelstats.tables.vocabulary import COUNTRIES

#: What a search looks at, besides the claimants.
SEARCHED = ("place", "admin1", "perpetrator", "actors", "wikipedia_title", "note", "review_note")


def find_incidents(
    curated: Curated,
    *,
    disputed: bool = False,
    search: str | None = None,
    year: int | None = None,
    country: str | None = None,
) -> list[str]:
    """Return the ids of the incidents that fit every condition given.

    Parameters
    ----------
    curated : Curated
        The tables.
    disputed : bool
        Only incidents whose sources disagree beyond what the table can settle.
    search : str, optional
        Words that must all occur in id, place, actors, title, notes or claimants, in any order;
        accents and case do not matter.
    year : int, optional
        Year in which the incident began or ended.
    country : str, optional
        Code or name of the country.

    Returns
    -------
    list of str
        In order of date.

    Raises
    ------
    CurationError
        When there is no such country.

    Examples
    --------
    >>> from sahelstats.curation.curated import load_curated
    >>> find_incidents(load_curated(), search="MOURA", year=2022, country="mali")
    ['MLI-20220327-moura']
    """
    rows = curated.incidents.sort_values(["date_start"], kind="stable")
    if disputed:
        rows = rows[rows["review"] == "disputed"]
    if year is not None:
        rows = rows[(rows["date_start"].dt.year <= year) & (rows["date_end"].dt.year >= year)]
    if country is not None:
        rows = rows[rows["country"] == country_code(country)]
    if search is not None:
        texts = _searched(curated).reindex(rows.index)
        words = plain(search).split()
        rows = rows[[all(word in text for word in words) for text in texts]]
    return list(rows.index)


def country_code(name: str) -> str:
    """Return the code of a country given by code or name.

    Parameters
    ----------
    name : str
        Such as "MLI", "mali", "cote d'ivoire" or "burkina": case and accents do not matter.

    Returns
    -------
    str
        ISO 3166-1 alpha-3 code.

    Raises
    ------
    CurationError
        When the name is none of the table's countries.

    Examples
    --------
    >>> country_code("cote d'ivoire")
    'CIV'
    """
    names = {plain(spelled): code for code, spelled in COUNTRIES.items()}
    names |= {plain(code): code for code in COUNTRIES}
    wanted = plain(name.strip())
    found = {names[wanted]} if wanted in names else set()
    if wanted and not found:
        found = {code for spelled, code in names.items() if spelled.startswith(wanted)}
    if len(found) == 1:
        return found.pop()
    known = ", ".join(f"{code} {spelled}" for code, spelled in COUNTRIES.items())
    raise CurationError(f"{name!r} names no country of the table, or several. Known: {known}.")


def _searched(curated: Curated) -> pd.Series:
    """Return for each incident the text that a search looks through."""
    texts = pd.Series(curated.incidents.index, index=curated.incidents.index, dtype="string")
    for column in SEARCHED:
        texts = texts + "\n" + curated.incidents[column].astype("string").fillna("")
    named = curated.claims.groupby("incident_id")["claimant"].agg("\n".join)
    return (texts + "\n" + named.reindex(texts.index).fillna("")).map(plain)


def list_view(curated: Curated, ids: list[str]) -> Group:
    """Return incidents as a list, one line each, ready to print.

    Parameters
    ----------
    curated : Curated
        The tables.
    ids : list of str
        In the order wanted.

    Returns
    -------
    rich.console.Group
        Id, range of the killed without attackers, actors and place; how many at the end.

    Examples
    --------
    >>> from rich.console import Console
    >>> from sahelstats.curation.curated import load_curated
    >>> console = Console(width=100)
    >>> with console.capture() as printed:
    ...     console.print(list_view(load_curated(), ["MLI-20220327-moura"]))
    >>> "1 incident" in printed.get()
    True
    """
    claims = curated.claims[curated.claims["incident_id"].isin(ids)]
    spans = ranges(claims, "killed", "excl_attackers") if len(claims) else pd.DataFrame()
    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0), expand=True)
    # What is asked for most, id and range, is never cut; actors and place give way.
    table.add_column("incident", no_wrap=True, min_width=max(map(len, ids), default=8))
    for name in ("low", "best", "high"):
        table.add_column(name, no_wrap=True, justify="right", min_width=5)
    table.add_column("review", no_wrap=True, min_width=len("unreviewed"))
    table.add_column("by", no_wrap=True, overflow="ellipsis", ratio=1)
    table.add_column("where", no_wrap=True, overflow="ellipsis", ratio=1)
    for incident in ids:
        row = curated.incidents.loc[incident]
        figures = _figures(spans.loc[incident]) if incident in spans.index else ("", "", "")
        table.add_row(incident, *figures, row["review"], Text(row["actors"]), Text(row["place"]))
    count = f"{len(ids):,} incident{'' if len(ids) == 1 else 's'}"
    foot = f"{count}; low, best, high: killed, attackers left out; + is open above"
    return Group(table, Text(foot, "dim")) if ids else Group(Text("No incident fits."))


def _figures(span: pd.Series) -> tuple[str, str, str]:
    """Return low, best and high as short texts."""
    low, best, high = (
        "" if pd.isna(span[name]) else f"{span[name]:,}" for name in ("low", "best", "high")
    )
    return low, best, high + ("+" if pd.notna(span["open_above"]) and span["open_above"] else "")
