"""One incident as a reader needs it: what happened, who said what, and what follows from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.style import Style
from rich.table import Table
from rich.text import Text

from sahelstats.curation.curated import Curated, CurationError, nearest
from sahelstats.curation.entering import NUMBERS, Outcome, outcomes_of
from sahelstats.curation.words import (
    days_in_words,
    figure_in_words,
    range_in_words,
    reported_in_words,
    victims_in_words,
)
from sahelstats.tables import vocabulary as v

BASIS_WORDS = {"excl_attackers": "attackers left out", "incl_attackers": "attackers counted"}


def incident_view(curated: Curated, incident_id: str) -> Group:
    """Return an incident, its claims and its ranges, ready to print.

    Parameters
    ----------
    curated : Curated
        The tables.
    incident_id : str
        Id of the incident.

    Returns
    -------
    rich.console.Group
        For a console of 100 columns or more.

    Raises
    ------
    CurationError
        When there is no such incident; names the nearest ids.

    Examples
    --------
    >>> from rich.console import Console
    >>> from sahelstats.curation.curated import load_curated
    >>> console = Console(width=100)
    >>> with console.capture() as printed:
    ...     console.print(incident_view(load_curated(), "MLI-20220327-moura"))
    >>> "27 to 31 March 2022" in printed.get()
    True
    """
    require_incident(curated, incident_id)
    claims = curated.claims_of(incident_id)
    return Group(
        Text(incident_id, style="bold"),
        facts_view(curated, incident_id),
        Text(f"\n{_count(len(claims), 'claim')}, by date", style="bold"),
        claims_view(claims),
        ranges_view(claims),
    )


def require_incident(curated: Curated, incident_id: str) -> None:
    """Raise an error that names the nearest ids when there is no such incident."""
    if incident_id in curated.incidents.index:
        return
    near = nearest(incident_id, list(curated.incidents.index))
    hint = (
        f"Nearest: {', '.join(near)}." if near else "Search with `sahelstats show --search TEXT`."
    )
    raise CurationError(f"There is no incident {incident_id!r}. {hint}")


def facts_view(curated: Curated, incident_id: str) -> Table:
    """Return what the incidents table says of an incident, label by label.

    Parameters
    ----------
    curated : Curated
        The tables.
    incident_id : str
        An id that is there.

    Returns
    -------
    rich.table.Table
        A grid of labels and texts; labels without a text are left out.
    """
    row = curated.incidents.loc[incident_id]
    texts = {
        "when": f"{days_in_words(row['date_start'], row['date_end'])} "
        f"({v.DATE_PRECISION[row['date_precision']].rstrip('.').lower()})",
        "where": _where(row),
        "what": f"{_spaced(row['attack_type'])}, target {_spaced(row['target_type'])}; "
        f"{row['type_of_violence']} violence",
        "by": _actors(row, curated.actors),
        "article": ""
        if pd.isna(row["wikipedia_title"])
        else f"Wikipedia: {row['wikipedia_title']}",
        "note": _text(row["note"]),
        "review": row["review"] + _after(": ", row["review_note"]),
    }
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    for label, text in texts.items():
        if text:
            grid.add_row(label, Text(text))
    return grid


def _where(row: pd.Series) -> str:
    """Return place, point and how well it is known."""
    division = _text(row["admin1"])
    # "Faladie, Bamako" lies in the division of Bamako: said once.
    known = [row["place"], "" if row["place"].endswith(division) else division]
    place = ", ".join([part for part in known if part] + [v.COUNTRIES[row["country"]]])
    precision = v.GEO_PRECISION[str(row["geo_precision"])].rstrip(".").lower()
    precision = f"precision {row['geo_precision']}: {precision}"
    if pd.isna(row["latitude"]):
        return f"{place} (no point known; {precision})"
    north, east = row["latitude"], row["longitude"]
    point = (
        f"{abs(north):g} {'N' if north >= 0 else 'S'}, {abs(east):g} {'E' if east >= 0 else 'W'}"
    )
    return f"{place} ({point}, from {row['geo_source']}; {precision})"


def _actors(row: pd.Series, actors: pd.DataFrame) -> str:
    """Return the actors with their families, the name as found and on whose word."""
    names = row["actors"].split("; ")
    known = "; ".join(f"{name} ({_spaced(actors['family'].get(name, '?'))})" for name in names)
    found = (
        "" if row["perpetrator"] in (row["actors"], *names) else f", found as {row['perpetrator']}"
    )
    said = v.ATTRIBUTION[row["attribution"]].rstrip(".")
    return f"{known}{found}; {row['attribution']}: {said[0].lower()}{said[1:]}"


def claims_view(claims: pd.DataFrame) -> Table:
    """Return claims sorted by date, each with who, what, remarks and links.

    Parameters
    ----------
    claims : DataFrame
        Claims of one incident, as ``load_claims`` returns them.

    Returns
    -------
    rich.table.Table
        Claim number, date and text. The order is that of the range rules: a date of which the day
        is unknown stands at its end, an unknown date first.
    """
    grid = Table.grid(padding=(0, 2))
    grid.add_column(justify="right", style="dim", no_wrap=True)
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    ordered = claims.sort_values(["reported_until", "claim_no"], na_position="first")
    for claim in ordered.to_dict("records"):
        grid.add_row(str(claim["claim_no"]), reported_in_words(claim), _claim_text(claim))
    return grid


def _claim_text(claim: Mapping[str, Any]) -> Group:
    """Return one claim: a sentence, what is not plain about it, its note and its links."""
    said = Text.assemble(
        (claim["claimant"], "bold"),
        _after(" via ", claim["relay"]),
        ": ",
        (figure_in_words(claim), "bold cyan"),
        f"; {victims_in_words(claim)}",
    )
    lines: list[RenderableType] = [said]
    unusual = [f"scope {claim['scope']}"] if claim["scope"] != "whole" else []
    unusual += [f"status {claim['status']}"] if claim["status"] != "stated" else []
    if unusual:
        said.append(f" [{', '.join(unusual)}]", "yellow")
    if _text(claim["note"]):
        lines.append(Text(claim["note"], "italic"))
    for url in _text(claim["url"]).split():
        # The link style keeps a folded address clickable where the terminal knows links.
        lines.append(Text(url, Style(dim=True, link=url), overflow="fold"))
    return Group(*lines)


def ranges_view(claims: pd.DataFrame) -> Group:
    """Return the ranges of an incident, who set each bound, and which claims did not enter.

    Parameters
    ----------
    claims : DataFrame
        Claims of one incident, as ``load_claims`` returns them.

    Returns
    -------
    rich.console.Group
        A block for each outcome and basis.
    """
    blocks: list[RenderableType] = []
    for found in outcomes_of(claims):
        blocks += [Text(), _headline(found)]
        if found.span is not None:
            details = Group(_bounds(found.span), _left_out(found.left_out))
            blocks.append(Padding(details, (0, 0, 0, 2)))
    others = claims[~claims["outcome"].isin(["killed", "wounded"])]["claim_no"]
    if len(others):
        blocks.append(Text(f"\nNo range is made of people missing or abducted: {_claims(others)}."))
    return Group(*blocks)


def _headline(found: Outcome) -> Text:
    """Return what is counted and the range in words."""
    title = f"{found.outcome.capitalize()}, {BASIS_WORDS[found.basis]}: "
    if found.span is None:
        return Text.assemble((title, "bold"), "no range, no claimant gives such a toll")
    span = found.span
    behind = f"  ({_count(span['n_reports'], 'report')} of {_count(span['n_sources'], 'party')})"
    return Text.assemble((title + range_in_words(span), "bold"), (behind, "dim"))


def _bounds(span: Mapping[str, Any]) -> Table:
    """Return low, best and high with the claims that set them."""
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(justify="right", no_wrap=True)
    grid.add_column(overflow="fold")
    for name in ("low", "best", "high"):
        value = span[name]
        by = NUMBERS.sub(lambda hit: f"({_claims(hit[1].split('+'))})", span[f"{name}_by"])
        if pd.isna(value):
            grid.add_row(name, "none", "no claim sets it")
        else:
            open_above = name == "high" and pd.notna(span["open_above"]) and span["open_above"]
            by += "; may be more" if open_above else ""
            by = by or "median of the reports, not below the low"
            grid.add_row(name, f"{value:,}", Text(by))
    return grid


def _left_out(reasons: Mapping[int, str]) -> RenderableType:
    """Return the claims that did not enter, grouped by reason."""
    grouped: dict[str, list[int]] = {}
    for number, reason in sorted(reasons.items()):
        grouped.setdefault(reason, []).append(number)
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim", overflow="fold")
    for reason, numbers in grouped.items():
        grid.add_row(Text(f"did not enter: {_claims(numbers)} ({reason})"))
    return grid


def _claims(numbers: Iterable[Any]) -> str:
    """Return claim numbers in words."""
    texts = [str(number) for number in numbers]
    return f"claim{'s' if len(texts) > 1 else ''} {', '.join(texts)}"


def _count(number: int, noun: str) -> str:
    """Return a number with its noun."""
    plural = noun[:-1] + "ies" if noun.endswith("y") else noun + "s"
    return f"{number:,} {noun if number == 1 else plural}"


def _text(value: Any) -> str:
    """Return a cell as text, empty where it is missing."""
    return "" if pd.isna(value) else str(value)


def _after(mark: str, value: Any) -> str:
    """Return a cell behind a mark, or nothing."""
    return mark + str(value) if _text(value) else ""


def _spaced(value: str) -> str:
    """Return a value of an enumeration in words."""
    return value.replace("_", " ")
