"""What ``sahelstats show`` and ``sahelstats add`` do, behind the door of the command line."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import typer
from rich.console import Console, Group
from rich.text import Text

from sahelstats.curation.add import add_incident
from sahelstats.curation.addition import Addition, complete, read_addition
from sahelstats.curation.curated import CurationError, load_curated
from sahelstats.curation.listing import find_incidents, list_view
from sahelstats.curation.prompts import walk
from sahelstats.curation.show import incident_view, ranges_view
from sahelstats.files import write_atomic
from sahelstats.paths import BUILD, CURATED, shown
from sahelstats.tables.faults import TableError
from sahelstats.tables.loading import load_table
from sahelstats.tables.schema import SOURCES

#: Where answers are kept that could not be added: typing them again would be a pity.
DRAFTS = BUILD / "drafts"


def print_wide(view: Group) -> None:
    """Print a view: as wide as the terminal, 100 columns where there is none."""
    known = sys.stdout.isatty() or "COLUMNS" in os.environ
    Console(width=None if known else 100).print(view)


def show(
    incident_id: str | None,
    disputed: bool,
    search: str | None,
    year: int | None,
    country: str | None,
    folder: Path | None,
) -> Group:
    """Return one incident, or the list of those that fit.

    Parameters
    ----------
    incident_id : str or None
        The incident to show; then no condition may be given.
    disputed, search, year, country
        Conditions of `find_incidents`.
    folder : Path or None
        Folder of the curated tables, default ``data/curated``.

    Returns
    -------
    rich.console.Group
        Ready to print.

    Raises
    ------
    CurationError
        When there is no such incident or country, or neither id nor condition was given, or both.
    TableError
        When a table has faults.

    Examples
    --------
    >>> show(None, False, None, None, None, None)
    Traceback (most recent call last):
    ...
    sahelstats.curation.curated.CurationError: Name an incident, or give --disputed, --search, \
--year or --country to list some.
    """
    conditions = disputed or search is not None or year is not None or country is not None
    if conditions == (incident_id is not None):
        which = (
            "Give an incident or conditions for a list, not both."
            if conditions
            else "Name an incident, or give --disputed, --search, --year or --country to list some."
        )
        raise CurationError(which)
    curated = load_curated(folder)
    if incident_id is not None:
        return incident_view(curated, incident_id)
    found = find_incidents(curated, disputed=disputed, search=search, year=year, country=country)
    return list_view(curated, found)


def add(from_json: Path | None, folder: Path | None) -> Group:
    """Add an incident from a file, or from the answers of a researcher.

    Parameters
    ----------
    from_json : Path or None
        File in the form of `read_addition`; None asks.
    folder : Path or None
        Folder of the curated tables, default ``data/curated``.

    Returns
    -------
    rich.console.Group
        What was added and the new range, ready to print.

    Raises
    ------
    TableError
        Lists every fault; nothing was written then.
    typer.Abort
        When the researcher breaks off.
    """
    folder = CURATED if folder is None else folder
    addition = read_addition(from_json) if from_json else _asked(folder)
    try:
        counts = add_incident(addition, folder)
    except TableError:
        if from_json is None:
            _keep(addition)
        raise
    rows = ", ".join(f"{count} to {name}.csv" for name, count in counts.items())
    claims = load_curated(folder).claims_of(addition.incident["incident_id"])
    head = Text(f"Added {addition.incident['incident_id']}: {rows}.", "bold")
    return Group(head, ranges_view(claims), Text("\n`make` brings it into the tidy table."))


def _asked(folder: Path) -> Addition:
    """Return what the researcher answers."""
    curated = load_curated(folder)
    sources = load_table(folder / "sources.csv", SOURCES)["source"]
    addition = Addition()
    try:
        walk(curated, list(sources), addition)
        if not typer.confirm(f"Write {addition.incident['incident_id']}?", default=True):
            raise typer.Abort
    except typer.Abort:
        _keep(addition)
        raise
    return addition


def _keep(addition: Addition) -> None:
    """Keep answers that were not added, and say where."""
    if not addition.incident.get("incident_id"):
        return
    path = DRAFTS / f"{addition.incident['incident_id']}.json"
    write_atomic(path, complete(addition).to_json())
    typer.echo(
        f"\nNothing was added. The answers are in {shown(path)}: mend or finish them there, then "
        f"`sahelstats add --from-json {shown(path)}`.",
        err=True,
    )
