"""``sahelstats import``, ``fetch``, ``check-totals`` and ``match``: thin doors to this room."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sahelstats.paths import DATA, is_own_table, shown

if TYPE_CHECKING:
    from rich.console import Console

    from sahelstats.datasets.downloading import Progress
    from sahelstats.datasets.totals import TotalsCheck


class Producer(StrEnum):
    """Whose event data."""

    UCDP_GED = "ucdp-ged"
    ACLED = "acled"
    GTD = "gtd"


class DateOrder(StrEnum):
    """Order of day and month in dates that end in the year."""

    AUTO = "auto"
    DMY = "dmy"
    MDY = "mdy"


_Countries = Annotated[
    list[str] | None, typer.Option("--country", help="Name or ISO code; may be given repeatedly.")
]


def register(app: typer.Typer) -> None:
    """Add the commands of this room to the command line.

    Parameters
    ----------
    app : typer.Typer
        The command line.
    """
    app.command("import")(import_file)
    app.command("fetch")(fetch)
    app.command("check-totals")(check)
    app.command("match")(match)


@contextmanager
def _told() -> Iterator[None]:
    """Turn what is wrong with a file or an option into a message and an exit code."""
    try:
        yield
    except (ValueError, OSError) as error:
        print(error, file=sys.stderr)
        raise typer.Exit(1) from None


def _console() -> Console:
    from rich.console import Console

    return Console()


def import_file(
    producer: Annotated[Producer, typer.Argument(help="Whose file it is.")],
    file: Annotated[Path, typer.Argument(help="CSV or XLSX; zipped, gzipped or plain.")],
    country: _Countries = None,
    first: Annotated[str | None, typer.Option("--from", help="First day, YYYY-MM-DD.")] = None,
    last: Annotated[str | None, typer.Option("--to", help="Last day, YYYY-MM-DD.")] = None,
    out: Annotated[
        Path | None, typer.Option(help="Table to write; default data/imported/NAME.csv.")
    ] = None,
    version: Annotated[
        str, typer.Option("--data-version", help="Version of the data, where the file is silent.")
    ] = "",
    dates: Annotated[
        DateOrder, typer.Option(help="Order of day and month, where the file does not show it.")
    ] = DateOrder.AUTO,
) -> None:
    """Turn a file of UCDP GED, ACLED or GTD into a tidy table that every notebook runs on."""
    from sahelstats.datasets.report import print_summary
    from sahelstats.datasets.writing import import_to

    with _told():
        target = _target(out, file)
        report = import_to(
            target, file, producer.value, version, _ask_version,
            countries=country or (), first=first, last=last, dates=dates.value,
        )  # fmt: skip
    print_summary(report, shown(target), _console())


def _target(out: Path | None, file: Path) -> Path:
    """Return where the table goes; refuses to write over what is no imported table."""
    target = out or DATA / "imported" / f"{file.name.split('.')[0]}.csv"
    if target.suffix != ".csv":
        raise ValueError(f"--out {target}: name a file that ends in .csv.")
    if is_own_table(target.resolve()) or (target.exists() and target.samefile(file)):
        raise ValueError(f"--out {target}: would be overwritten; name another file.")
    return target


def _ask_version() -> str:
    """Ask for the version of the data where somebody can answer."""
    if not sys.stdin.isatty():
        return ""
    answer = typer.prompt(
        "Version of the data, which the file does not state (Enter: not stated)", default="",
        show_default=False,
    )  # fmt: skip
    return str(answer).strip()


def fetch(
    producer: Annotated[Producer, typer.Argument(help="Whose data.")],
    version: Annotated[str, typer.Option(help="Release, for example 25.1.")] = "",
    token: Annotated[
        str, typer.Option(envvar="UCDP_TOKEN", help="Access token.", show_default=False)
    ] = "",
    base_url: Annotated[str, typer.Option(help="A mirror of the producer's site.")] = "",
    api: Annotated[bool, typer.Option(help="Through the API, which asks for a token.")] = False,
    country: _Countries = None,
    sha256: Annotated[str, typer.Option(help="Checksum the file must have.")] = "",
    max_mb: Annotated[int, typer.Option(help="Largest file accepted.", min=1)] = 400,
    again: Annotated[bool, typer.Option(help="Fetch even what is there.")] = False,
) -> None:
    """Fetch a release of UCDP GED; print the steps where a producer asks for an account."""
    from sahelstats.datasets.fetching import ACLED_STEPS, GTD_STEPS

    if producer is not Producer.UCDP_GED:
        print(ACLED_STEPS if producer is Producer.ACLED else GTD_STEPS)
        return
    with _told():
        if not version:
            raise ValueError("Say which release: --version 25.1")
        if country and not api:
            raise ValueError("A release comes whole: use --country with --api, or with import.")
        if api:
            _fetch_api(version, token, country or [], base_url)
        else:
            _fetch_release(version, token, base_url, sha256, max_mb, again)


def _fetch_release(
    version: str, token: str, base_url: str, sha256: str, max_mb: int, again: bool
) -> None:
    from sahelstats.datasets.fetching import UCDP_DOWNLOADS, fetch_ged

    with _bar("bytes") as progress:
        fetched = fetch_ged(
            version, base_url=base_url or UCDP_DOWNLOADS, token=token, sha256=sha256, again=again,
            max_bytes=max_mb * 1024**2, progress=progress,
        )  # fmt: skip
    state = "fetched" if fetched.anew else "already there"
    print(f"{shown(fetched.path)}: {state}, {fetched.size:,} bytes, sha256 {fetched.sha256}")
    print(f"Next: sahelstats import ucdp-ged {shown(fetched.path)} --out data/imported/NAME.csv")


def _fetch_api(version: str, token: str, countries: list[str], base_url: str) -> None:
    from sahelstats.datasets.api import UCDP_API, fetch_api

    with _bar("pages") as progress:
        path = fetch_api(
            version, token, countries, base_url=base_url or UCDP_API, progress=progress
        )
    print(f"{shown(path)}: fetched")
    print(f"Next: sahelstats import ucdp-ged {shown(path)} --out data/imported/NAME.csv")


@contextmanager
def _bar(unit: str) -> Iterator[Progress]:
    """Show a progress bar of bytes or pages on standard error."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    amount = DownloadColumn() if unit == "bytes" else MofNCompleteColumn()
    columns = (TextColumn("{task.description}"), BarColumn(), amount, TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as shown_bar:
        task = shown_bar.add_task("fetching", total=None)
        yield lambda done, of: shown_bar.update(task, completed=done, total=of)


def check(
    totals: Annotated[Path, typer.Argument(help="UCDP's country-year totals.")],
    tables: Annotated[list[Path], typer.Argument(help="Imported UCDP GED tables.")],
    last: Annotated[int | None, typer.Option("--to", help="Last year compared.")] = None,
    out: Annotated[Path | None, typer.Option(help="Write the differences here (CSV).")] = None,
) -> None:
    """Compare the sums of imported tables with the producer's own country-year totals."""
    import pandas as pd

    from sahelstats.datasets.totals import check_totals
    from sahelstats.files import write_atomic
    from sahelstats.tables.loading import load_incidents

    with _told():
        table = pd.concat([load_incidents(path) for path in tables], ignore_index=True)
        found = check_totals(table, totals, last)
        if out is not None:
            write_atomic(out, found.differences.to_csv(index=False, lineterminator="\n"))
    _print_totals(found, _console())


def _print_totals(found: TotalsCheck, console: Console, most: int = 20) -> None:
    """Print shares by figure, by last year, and the largest differences."""
    from rich.table import Table

    console.print(
        f"{int(found.equal.sum()):,} of {len(found.cells):,} cells equal ({found.share():.1%}), "
        f"{found.first_year} to {found.last_year}, against version {found.version}."
    )
    # Each release revises the year before it most: the share without it tells the two apart.
    earlier = found.cells["year"] < found.last_year
    if earlier.any() and not earlier.all():
        share = found.equal[earlier].mean()
        console.print(
            f"Without {found.last_year}, the year that a release revises most: {share:.1%}"
        )
    if found.not_in_table:
        console.print(f"Not in the table: {', '.join(found.not_in_table)}")
    grid = Table(title="Largest differences", title_justify="left")
    for name in ("country", "year", "type", "figure", "theirs", "ours", "difference"):
        grid.add_column(
            name, justify="right" if name in ("theirs", "ours", "difference") else "left"
        )
    differences = found.differences
    for row in differences.head(most).itertuples(index=False):
        grid.add_row(
            row.country, str(row.year), row.type_of_violence, row.figure, f"{row.theirs:,}",
            f"{row.ours:,}", f"{row.difference:+,}",
        )  # fmt: skip
    if len(differences):
        console.print(grid)
    if len(differences) > most:
        console.print(f"... and {len(differences) - most:,} more: --out FILE writes all.")


def match(
    left: Annotated[Path, typer.Argument(help="A tidy table.")],
    right: Annotated[Path, typer.Argument(help="Another one.")],
    out: Annotated[Path, typer.Option(help="Pairs to write (CSV).")],
    days: Annotated[float, typer.Option(help="Most days between two incidents.", min=0)] = 2,
    km: Annotated[float, typer.Option(help="Most kilometres between them.", min=0)] = 50,
    min_score: Annotated[float, typer.Option(help="Least score of a pair.", min=0, max=1)] = 0.5,
    candidates: Annotated[bool, typer.Option(help="Write all candidates, not only pairs.")] = False,
) -> None:
    """Find which rows of two tidy tables are the same incident."""
    from sahelstats.datasets.matching import match_events
    from sahelstats.files import write_atomic
    from sahelstats.tables.loading import load_incidents

    with _told():
        one, other = load_incidents(left), load_incidents(right)
        pairs = match_events(one, other, days, km, min_score, candidates)
        write_atomic(out, pairs.to_csv(index=False, lineterminator="\n"))
    matched = pairs[pairs["matched"]]
    print(
        f"{shown(out)}: {len(matched):,} of {len(one):,} incidents have a match among "
        f"{len(other):,}, {int(matched['ambiguous'].sum()):,} of them ambiguous."
    )
