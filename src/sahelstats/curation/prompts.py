"""The walk through a new incident: one question for each column, every answer checked at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

import typer

from sahelstats.curation.addition import Addition, Row
from sahelstats.curation.cells import resolve
from sahelstats.curation.curated import Curated, nearest, plain
from sahelstats.tables.rules import FIGURES_OF_QUALIFIER
from sahelstats.tables.schema import ACTORS, CLAIMS, INCIDENTS, SOURCES, Column, Table

#: What an answer means wherever it is asked for.
HELP = "Enter alone takes what stands in [brackets], or leaves the cell empty; ? explains."

#: Questions of an incident between its id and its actors, and after them.
BEFORE_ACTORS = (
    "admin1", "latitude", "longitude", "geo_precision", "geo_source", "attack_type",
    "target_type", "type_of_violence", "perpetrator",
)  # fmt: skip
AFTER_ACTORS = ("attribution", "wikipedia_title", "note", "review", "review_note")


def walk(curated: Curated, sources: Sequence[str], addition: Addition) -> None:
    """Ask for an incident and its claims.

    Parameters
    ----------
    curated : Curated
        The tables: known ids, divisions and actors.
    sources : sequence of str
        Known sources.
    addition : Addition
        Filled in as the answers come, so that nothing is lost when the walk is broken off.

    Raises
    ------
    typer.Abort
        When the researcher breaks off.
    """
    typer.echo(HELP)
    ask_incident(curated, addition)
    known = list(sources)
    while True:
        typer.echo(f"\nClaim {len(addition.claims) + 1}: one figure of one claimant")
        claim: Row = {}
        addition.claims.append(claim)
        ask_claim(known, addition, claim)
        if not typer.confirm("Another claim?", default=True):
            return


def ask(column: Column, default: str = "", label: str = "") -> str:
    """Ask for one cell until the answer fits its column.

    Parameters
    ----------
    column : Column
        What the cell holds.
    default : str
        What Enter alone stands for.
    label : str
        Shown instead of the column's name.

    Returns
    -------
    str
        The cell's text.
    """
    question = label or column.name
    question += f" ({', '.join(column.values)})" if column.values else ""
    question += "" if column.required or default else " (may stay empty)"
    while True:
        answer = typer.prompt(question, default, show_default=bool(default))
        if answer.strip() == "?":
            typer.echo("\n".join(["  " + column.meaning, *_meanings(column)]))
            continue
        try:
            return resolve(column, answer)
        except ValueError as error:
            typer.echo(f"  {error}")


def _meanings(column: Column) -> list[str]:
    """Return what each allowed value means."""
    return [f"    {value}: {meaning}" for value, meaning in column.values.items()]


def ask_incident(curated: Curated, addition: Addition) -> None:
    """Ask for the row of the incident."""
    row = addition.incident
    for name in ("country", "date_start"):
        row[name] = ask(INCIDENTS[name])
    while True:
        row["date_end"] = ask(INCIDENTS["date_end"], row["date_start"])
        if row["date_end"] >= row["date_start"]:
            break
        typer.echo("  The last day is before the first.")
    row["date_precision"] = ask(INCIDENTS["date_precision"], "day")
    row["place"] = ask(INCIDENTS["place"])
    row["incident_id"] = _ask_id(curated, row)
    own = curated.incidents[curated.incidents["country"] == row["country"]]
    typer.echo(f"  admin1 so far: {', '.join(sorted(own['admin1'].dropna().unique())) or 'none'}")
    for name in BEFORE_ACTORS:
        row[name] = ask(INCIDENTS[name])
    row["actors"] = _ask_actors(curated, addition)
    for name in AFTER_ACTORS:
        row[name] = ask(INCIDENTS[name], "reviewed" if name == "review" else "")


def proposed_id(row: Row) -> str:
    """Return the id that country, first day and place suggest.

    Examples
    --------
    >>> proposed_id({"country": "MLI", "date_start": "2024-09-17", "place": "Ségou (camp)"})
    'MLI-20240917-segou-camp'
    """
    words = re.findall("[a-z0-9]+", plain(row["place"]))
    return f"{row['country']}-{row['date_start'].replace('-', '')}-{'-'.join(words[:4])}"


def _ask_id(curated: Curated, row: Row) -> str:
    """Ask for an id that is free and fits the country."""
    while True:
        found = ask(INCIDENTS["incident_id"], proposed_id(row))
        if found in curated.incidents.index:
            typer.echo(f"  {found} exists: see `sahelstats show {found}`; choose another id.")
        elif not found.startswith(row["country"]):
            typer.echo(f"  An id begins with the country, {row['country']}.")
        else:
            return found


def ask_name(label: str, known: Sequence[str], make: Callable[[str], None], last: bool) -> str:
    """Ask for a name of a table, offering the nearest ones, or have a new row made.

    Parameters
    ----------
    label : str
        What is asked for.
    known : sequence of str
        Names that are there.
    make : callable
        Called with a name that shall be new; asks for the rest of its row.
    last : bool
        Whether an empty answer ends a series.

    Returns
    -------
    str
        A name that is in the table or was made; empty only when `last`.
    """
    while True:
        name = typer.prompt(label, "", show_default=False).strip()
        if name in known or (last and not name):
            return name
        if not name or name == "?":
            typer.echo("  Type a name or a part of it: the nearest ones are offered.")
            continue
        near = nearest(name, list(known), 6)
        for number, other in enumerate(near, start=1):
            typer.echo(f"  {number}  {other}")
        typer.echo(f"  n  {name!r} is new")
        choice = typer.prompt("  Which (Enter asks again)", "", show_default=False).strip()
        if choice.isdecimal() and 1 <= int(choice) <= len(near):
            return near[int(choice) - 1]
        if choice == "n":
            make(name)
            return name


def _ask_actors(curated: Curated, addition: Addition) -> str:
    """Ask for the actors, lead actor first."""
    known = list(curated.actors.index)

    def make(name: str) -> None:
        addition.actors.append(_ask_row(ACTORS, {"actor": name}, {}))
        known.append(name)

    names: list[str] = []
    while True:
        label = "another actor (Enter: none)" if names else "lead actor"
        name = ask_name(label, known, make, last=bool(names))
        if not name:
            return "; ".join(names)
        names += [] if name in names else [name]


def _ask_row(table: Table, row: Row, defaults: Row) -> Row:
    """Ask for the cells of a row that are not known yet."""
    for column in table.columns:
        if column.name not in row:
            label = f"  {table.name[:-1]}: {column.name}"
            row[column.name] = ask(column, defaults.get(column.name, ""), label)
    return row


def ask_claim(known: list[str], addition: Addition, claim: Row) -> None:
    """Ask for one claim.

    Parameters
    ----------
    known : list of str
        Known sources; new ones are appended.
    addition : Addition
        New sources are added to it.
    claim : dict
        Filled in.
    """

    def make(name: str) -> None:
        defaults = {"party": name, "weight": "1"}
        addition.sources.append(_ask_row(SOURCES, {"source": name}, defaults))
        known.append(name)

    claim["claimant"] = ask_name("claimant", known, make, last=False)
    claim["relay"] = ask(CLAIMS["relay"])
    claim["source"] = ask(CLAIMS["source"], claim["claimant"])
    for name in ("reported_on", "url"):
        claim[name] = ask(CLAIMS[name])
    claim["outcome"] = ask(CLAIMS["outcome"], "killed")
    claim["victims"] = ask(CLAIMS["victims"])
    claim["includes_perpetrators"] = _ask_attackers(claim["victims"])
    _ask_figure(claim)
    claim["scope"] = ask(CLAIMS["scope"], "whole")
    zero = claim["qualifier"] == "exact" and claim["best"] == "0"
    claim["status"] = ask(CLAIMS["status"], "denial" if zero else "stated")
    claim["note"] = ask(CLAIMS["note"])


def _ask_attackers(victims: str) -> str:
    """Return whether attackers are counted; asked only where the victims do not say it."""
    if victims in ("all", "unspecified"):
        return ask(CLAIMS["includes_perpetrators"], "unknown")
    return "yes" if victims == "perpetrators" else "no"


def _ask_figure(claim: Row) -> None:
    """Ask for the numbers that the qualifier has, and fill in those that follow from them."""
    claim["qualifier"] = ask(CLAIMS["qualifier"])
    claim |= dict.fromkeys(("low", "best", "high"), "")
    if claim["qualifier"] == "range":
        _ask_range(claim)
        return
    filled = FIGURES_OF_QUALIFIER[claim["qualifier"]]
    places = [name for name, full in zip(("low", "best", "high"), filled, strict=True) if full]
    if places:
        number = _ask_number("figure")
        claim |= dict.fromkeys(places, number)


def _ask_range(claim: Row) -> None:
    """Ask for the numbers of a range until they rise."""
    while True:
        claim["low"], claim["high"] = _ask_number("from"), _ask_number("to")
        claim["best"] = ask(CLAIMS["best"], label="best, where the claimant gives one")
        numbers = [int(claim[name]) for name in ("low", "best", "high") if claim[name]]
        if numbers == sorted(numbers):
            return
        typer.echo("  The numbers must rise: from, best, to.")


def _ask_number(label: str) -> str:
    """Ask for a count of people that must be there."""
    return ask(replace(CLAIMS["best"], required=True), label=label)
