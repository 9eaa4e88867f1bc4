"""``sahelstats ...``: a thin door to the rooms of the house."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from sahelstats.datasets.commands import register as register_datasets

app = typer.Typer(
    help="Casualty uncertainty and attack geography of the Sahel conflict.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def fail(message: str) -> typer.Exit:
    """Print a message to standard error and return the exit to raise."""
    print(message, file=sys.stderr)
    return typer.Exit(1)


def _interrupted() -> typer.Exit:
    """Say what was left by Ctrl-C, and return the exit to raise."""
    print("Interrupted. What had not ended left everything as it was.", file=sys.stderr)
    return typer.Exit(130)


def _recover(folder: Path) -> None:
    """Put right what an interrupted ``add`` left in a folder, and say so."""
    from sahelstats.curation.transaction import TransactionError, recover

    try:
        if done := recover(folder):
            print(done, file=sys.stderr)
    except TransactionError as error:
        raise fail(str(error)) from None


@app.command("build-data")
def build_data() -> None:
    """Build data/incidents.csv and data/datapackage.json from data/curated."""
    from sahelstats.files import write_atomic
    from sahelstats.paths import CURATED, DATA, INCIDENTS, shown
    from sahelstats.ranges import build_incidents, to_csv
    from sahelstats.tables.datapackage import datapackage_json
    from sahelstats.tables.faults import TableError
    from sahelstats.validation.folder import validate

    _recover(CURATED)
    try:
        validate()
        table = build_incidents()
    except TableError as error:
        raise fail(str(error)) from None
    write_atomic(INCIDENTS, to_csv(table))
    write_atomic(DATA / "datapackage.json", datapackage_json())
    print(f"{shown(INCIDENTS)}: {len(table):,} incidents")


@app.command("validate")
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
        _print_faults(error)
        raise typer.Exit(1) from None
    rows = ", ".join(f"{count:,} {name}" for name, count in counts.items())
    print(f"{path.as_posix()} is clean: {rows}.")


def _print_faults(error: Exception) -> None:
    """Print the faults of a table as a table."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from sahelstats.tables.faults import shorten

    faults = error.faults  # type: ignore[attr-defined]
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


_Folder = Annotated[
    Path | None, typer.Option(help="Folder of the curated tables; default data/curated.")
]


@app.command("show")
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
    from sahelstats.curation import command
    from sahelstats.curation.curated import CurationError
    from sahelstats.paths import CURATED
    from sahelstats.tables.faults import TableError

    _recover(folder or CURATED)
    try:
        view = command.show(incident_id, disputed, search, year, country, folder)
    except (CurationError, TableError) as error:
        raise fail(str(error)) from None
    command.print_wide(view)


@app.command("add")
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
    from sahelstats.curation import command
    from sahelstats.curation.transaction import TransactionError
    from sahelstats.paths import CURATED
    from sahelstats.tables.faults import TableError

    _recover(folder or CURATED)
    try:
        view = command.add(from_json, folder)
    except TableError as error:
        _print_faults(error)
        raise typer.Exit(1) from None
    except (TransactionError, OSError) as error:
        raise fail(f"The addition could not be written: {error}") from None
    command.print_wide(view)


@app.command("rerun")
def rerun_notebooks(
    names: Annotated[
        list[str] | None, typer.Argument(help="Notebooks by stem or number; default all.")
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="NAME=VALUE", help="Parameter; results go to build/variants."
        ),
    ] = None,
    sweep: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="YAML file with the combinations of parameters to run."),
    ] = None,
    jobs: Annotated[
        int, typer.Option("--jobs", "-j", min=0, help="How many at once; 0: one for each core.")
    ] = 0,
    cold: Annotated[
        bool, typer.Option("--cold", help="Start every kernel afresh instead of forking it.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="A sweep of many runs is meant.")] = False,
    dask: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS", help="Run a sweep on a Dask cluster: tcp://HOST:PORT, or local."
        ),
    ] = None,
    imported: Annotated[
        str | None,
        typer.Option(
            metavar="TABLE", help="Run on an imported table; results go to build/variants/NAME."
        ),
    ] = None,
) -> None:
    """Run notebooks through papermill; figures change only when a run succeeds."""
    from sahelstats.rerun.command import rerun_all
    from sahelstats.rerun.errors import RerunError

    if sweep is not None or dask is not None:
        if sweep is None or names or settings:
            raise fail("--sweep FILE stands without notebooks and --set; --dask needs --sweep")
        raise typer.Exit(_sweep(sweep, jobs, cold, yes, dask))
    if imported is not None:
        _rerun_imported(imported, names or [], settings or [], jobs, cold)
        return
    try:
        results = rerun_all(names or [], settings or [], jobs, cold)
        if settings:
            # No make rule stands for a variant: its page is written here.
            from sahelstats.report.pages import write_pages

            for result in results:
                if result.places is not None:
                    write_pages(result.places, [result.job.stem])
    except RerunError as error:
        raise fail(str(error)) from None
    except KeyboardInterrupt:
        raise _interrupted() from None
    if any(result.error for result in results):
        raise typer.Exit(1)


@app.command("batch", hidden=True)
def batch(
    verdicts: Annotated[Path, typer.Argument(help="Folder for the exit code of each notebook.")],
    jobs: Annotated[int, typer.Option("--jobs", "-j", min=0)] = 0,
    pages: Annotated[bool, typer.Option("--pages", help="Render the pages, too.")] = False,
) -> None:
    """Run all that is out of date in one process; the Makefile's rules take over the rest."""
    from sahelstats.report.pages import write_pages
    from sahelstats.rerun.batch import bring_up_to_date
    from sahelstats.rerun.errors import RerunError
    from sahelstats.rerun.publishing import Places

    def write_page(stem: str) -> None:
        write_pages(Places.of(), [stem])

    try:
        bring_up_to_date(verdicts, write_page if pages else None, jobs)
    except (RerunError, OSError) as error:
        raise fail(str(error)) from None
    except KeyboardInterrupt:
        raise _interrupted() from None


def _sweep(file: Path, workers: int, cold: bool, many: bool, dask: str | None) -> int:
    """Run a sweep, write its pages, and return the exit code."""
    from sahelstats.paths import shown
    from sahelstats.report.sweeps import write_sweep_pages
    from sahelstats.rerun.errors import RerunError
    from sahelstats.rerun.sweep_command import print_summary, sweep_from

    try:
        sweep, outcomes = sweep_from(file, workers, cold=cold, many=many, dask=dask)
        page = write_sweep_pages(sweep, outcomes)
    except RerunError as error:
        raise fail(str(error)) from None
    except KeyboardInterrupt:
        raise _interrupted() from None
    print_summary(sweep, outcomes)
    print(f"Choose a variant: {shown(page)}")
    return int(any(outcome.state == "failed" for outcome in outcomes))


@app.command("verify")
def verify_figures(
    names: Annotated[
        list[str] | None, typer.Argument(help="Notebooks by stem or number; default all.")
    ] = None,
    jobs: Annotated[
        int, typer.Option("--jobs", "-j", min=0, help="How many at once; 0: one for each core.")
    ] = 0,
) -> None:
    """Rerun notebooks aside and say which figures and values differ from the committed ones."""
    from sahelstats.rerun.errors import RerunError
    from sahelstats.rerun.verify import verify

    try:
        verdicts = verify(names or [], jobs)
    except RerunError as error:
        raise fail(str(error)) from None
    except KeyboardInterrupt:
        raise _interrupted() from None
    for verdict in verdicts:
        print("\n".join(verdict.lines()))
    differing = [verdict.stem for verdict in verdicts if not verdict.same]
    if differing:
        raise fail(f"Not the same: {', '.join(differing)}")
    unknown = sum(finding.not_compared != "" for one in verdicts for finding in one.findings)
    aside = f"; {unknown} of them without their values" if unknown else ""
    print(f"All the same: {len(verdicts)} notebooks{aside}")


def _rerun_imported(
    table: str, names: list[str], settings: list[str], workers: int, cold: bool
) -> None:
    """Run notebooks on an imported table and write its report."""
    from sahelstats.paths import shown
    from sahelstats.report.pages import write_index, write_pages
    from sahelstats.rerun.errors import RerunError
    from sahelstats.rerun.imported import rerun_imported

    try:
        places, done = rerun_imported(table, names, settings, workers, cold)
        if in_place := [stem for stem, ended in done.items() if ended]:
            write_pages(places, in_place)
            print(f"Report: {shown(write_index(places))}")
    except RerunError as error:
        raise fail(str(error)) from None
    except KeyboardInterrupt:
        raise _interrupted() from None
    if not all(done.values()):
        raise typer.Exit(1)


@app.command("total")
def total(
    path: Annotated[
        Path, typer.Argument(help="A tidy incidents table: CSV, or a Parquet file or folder.")
    ] = Path("data/incidents.csv"),
    by: Annotated[
        list[str] | None, typer.Option("--by", help="Column to group by; may be repeated.")
    ] = None,
    model: Annotated[
        str, typer.Option(help="uniform, triangular, pert, lognormal, claims or reported.")
    ] = "reported",
    dependence: Annotated[
        str, typer.Option(help="independent, comonotonic, or a rho such as 0.3.")
    ] = "independent",
    basis: Annotated[
        str, typer.Option(help="excl_attackers or incl_attackers; default the table's own.")
    ] = "",
    outcome: Annotated[str, typer.Option(help="killed or wounded.")] = "killed",
    level: Annotated[float, typer.Option(help="Level of the interval.")] = 0.9,
    kappa: Annotated[
        float, typer.Option(help="Mean excess over 'at least n', model claims.")
    ] = 0.25,
    claims: Annotated[Path | None, typer.Option(help="Claims behind the table.")] = None,
    how: Annotated[str, typer.Option("--format", help="table, csv or json.")] = "table",
) -> None:
    """Print the total of a table, or of its groups, under a stated assumption."""
    from sahelstats.casualties.command import Asked, is_parquet, print_totals
    from sahelstats.tables.about import default_basis
    from sahelstats.tables.schema import BASES

    groups = tuple(by or ())
    try:
        if not basis:
            # Of a folder nobody says which toll it has.
            plain = path.is_file() and not is_parquet(path)
            basis = default_basis(path) if plain else BASES[0]
        print_totals(
            Asked(path, groups, model, dependence, basis, outcome, level, kappa, claims), how
        )
    except ValueError as error:
        raise fail(str(error)) from None


@app.command("documents")
def documents() -> None:
    """Bring the generated parts of README.md and data/README.md up to date."""
    from sahelstats.report.documents import write_documents
    from sahelstats.rerun.errors import RerunError

    try:
        write_documents()
    except (OSError, ValueError, RerunError) as error:
        raise fail(str(error)) from None


@app.command("manifest")
def manifest() -> None:
    """Write figures/manifest.json from the records of the runs."""
    from sahelstats.paths import shown
    from sahelstats.rerun.publishing import Places, write_manifest

    print(shown(write_manifest(Places.of())))


@app.command("report")
def report(
    names: Annotated[
        list[str] | None, typer.Argument(help="Stems; default all that were run.")
    ] = None,
    index: Annotated[bool, typer.Option(help="Write the index page only.")] = False,
    explorer: Annotated[
        bool, typer.Option(help="Write the page of incidents and claims only.")
    ] = False,
) -> None:
    """Render executed notebooks as self-contained HTML pages."""
    from sahelstats.report.explorer import write_explorer
    from sahelstats.report.pages import write_index, write_pages
    from sahelstats.rerun.errors import RerunError
    from sahelstats.rerun.publishing import Places

    try:
        if index:
            write_index(Places.of())
        if explorer:
            write_explorer(Places.of())
        if not index and not explorer:
            write_pages(Places.of(), names or [])
    except RerunError as error:
        raise fail(str(error)) from None


@app.command("serve")
def serve(
    port: Annotated[int, typer.Option(help="Where to listen; 0 takes one that is free.")] = 8912,
    browser: Annotated[bool, typer.Option(help="Open the index in a browser.")] = True,
) -> None:
    """Show the reports on this machine, rebuilt while notebooks, data or package are edited."""
    from sahelstats.report.serve import serve

    try:
        serve(port, browser)
    except OSError as error:
        raise fail(f"The reports cannot be served on port {port}: {error}") from None


@app.command("pdf")
def pdf(
    names: Annotated[
        list[str] | None, typer.Argument(help="Notebooks, or index; default all.")
    ] = None,
) -> None:
    """Print the reports as PDF with a browser that is installed already."""
    from sahelstats.paths import shown
    from sahelstats.report.printing import print_pages
    from sahelstats.rerun.errors import RerunError
    from sahelstats.rerun.publishing import Places

    try:
        for path in print_pages(Places.of(), names or []):
            print(shown(path))
    except RerunError as error:
        raise fail(str(error)) from None


register_datasets(app)


if __name__ == "__main__":
    app()
