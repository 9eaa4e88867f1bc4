"""``sahelstats build-data``, ``validate``, ``show``, ``add``: thin doors to the curated tables."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sahelstats.paths import CURATED, DATA, INCIDENTS, shown
from sahelstats.saying import fail, said

if TYPE_CHECKING:
    from sahelstats.tables.faults import TableError

_Folder = Annotated[
    Path | None, typer.Option(help="Folder of the curated tables; default data/curated.")
]


def register(app: typer.Typer) -> None:
    """Add the commands of this room to the command line.

    Parameters
    ----------
    app : typer.Typer
        The command line.
    """
    app.command("build-data")(build_data)
    app.command("validate")(validate_tables)
    app.command("show")(show_incident)
    app.command("add")(add_incident)


def build_data() -> None:
    """Build data/incidents.csv and data/datapackage.json from data/curated."""
    from sahelstats.files import write_atomic
    from sahelstats.ranges import build_incidents, to_csv
    from sahelstats.tables.datapackage import datapackage_json
    from sahelstats.tables.faults import TableError
    from sahelstats.validation.folder import validate

    _recover(CURATED)
    with said(TableError):
        validate()
        table = build_incidents()
    write_atomic(INCIDENTS, to_csv(table))
    write_atomic(DATA / "datapackage.json", datapackage_json())
    print(f"{shown(INCIDENTS)}: {len(table):,} incidents")


def validate_tables(
    path: Annotated[
        Path, typer.Argument(help="A folder of curated tables, or one CSV file.")
    ] = Path("data/curated"),
) -> None:
    """Check tables against the schema and each other; list every fault."""
    from sahelstats.tables.faults import TableError
    from sahelstats.validation.folder import validate

    _recover(path if path.is_dir() else path.parent)
    try:
        counts = validate(path)
    except TableError as error:
        raise _listed(error) from None
    rows = ", ".join(f"{count:,} {name}" for name, count in counts.items())
    print(f"{path.as_posix()} is clean: {rows}.")


def show_incident(
    incident_id: Annotated[
        str | None, typer.Argument(help="Id of an incident: COUNTRY-YYYYMMDD-place.")
    ] = None,
    disputed: Annotated[
        bool, typer.Option("--disputed", help="List incidents whose sources contradict.")
    ] = False,
    search: Annotated[
        str | None,
        typer.Option(
            help="List incidents with these words in id, place, actors, notes, claimants."
        ),
    ] = None,
    year: Annotated[int | None, typer.Option(help="List incidents of a year.")] = None,
    country: Annotated[
        str | None, typer.Option(help="List incidents of a country, by code or name.")
    ] = None,
    folder: _Folder = None,
) -> None:
    """Show an incident with its claims and ranges, or list incidents; conditions add up."""
    from sahelstats.curation.curated import CurationError
    from sahelstats.curation.show_and_add import print_wide, show
    from sahelstats.tables.faults import TableError

    _recover(folder or CURATED)
    with said(CurationError, TableError):
        view = show(incident_id, disputed, search, year, country, folder)
    print_wide(view)


def add_incident(
    from_json: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help='Take the incident from a file: {"incident": {...}, "claims": [{...}], "sources": '
            '[{...}], "actors": [{...}]}, keys are the columns of the tables.',
        ),
    ] = None,
    folder: _Folder = None,
) -> None:
    """Add an incident with its claims, asked for one by one; nothing is written with faults."""
    from sahelstats.curation.show_and_add import add, print_wide
    from sahelstats.curation.transaction import TransactionError
    from sahelstats.tables.faults import TableError

    _recover(folder or CURATED)
    try:
        view = add(from_json, folder)
    except TableError as error:
        raise _listed(error) from None
    except (TransactionError, OSError) as error:
        raise fail(f"The addition could not be written: {error}") from None
    print_wide(view)


def _recover(folder: Path) -> None:
    """Put right what an interrupted ``add`` left in a folder, and say so."""
    from sahelstats.curation.transaction import TransactionError, recover

    with said(TransactionError):
        if done := recover(folder):
            print(done, file=sys.stderr)


def _listed(error: TableError) -> typer.Exit:
    """Print the faults of a table as a table, and return the exit to raise."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from sahelstats.tables.faults import shorten

    faults = error.faults
    console = Console()
    if not console.is_terminal:
        console.width = 160  # a file has no edge; narrow columns would only break words
    folders = {Path(fault.file).parent.as_posix() for fault in faults}
    where = f" in {folders.pop()}" if len(folders) == 1 else ""
    count = f"{len(faults):,} fault{'s' if len(faults) != 1 else ''}"
    table = Table(title=Text(f"{count}{where}"), title_justify="left")
    for name in ("file", "row", "column", "found", "what is wrong", "what to do"):
        table.add_column(name, overflow="fold")
    for fault in faults:
        row = "" if fault.row is None else str(fault.row)
        file = Path(fault.file).name if where else fault.file
        cells = (file, row, fault.column, shorten(fault.value), fault.rule, fault.remedy)
        table.add_row(*(Text(cell) for cell in cells))
    console.print(table)
    return typer.Exit(1)
