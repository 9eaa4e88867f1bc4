"""``sahelstats import``, ``fetch``, ``check-totals`` and ``match``: thin doors to this room."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sahelstats.paths import IMPORTED, is_own_table, shown
from sahelstats.saying import said

if TYPE_CHECKING:
    import pandas as pd
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

    with said(ValueError, OSError):
        target = _target(out, file)
        report = import_to(
            target, file, producer.value, version, _ask_version,
            countries=country or (), first=first, last=last, dates=dates.value,
        )  # fmt: skip
    print_summary(report, shown(target), _console())


def _target(out: Path | None, file: Path) -> Path:
    """Return where the table goes; refuses to write over what is no imported table."""
    target = out or IMPORTED / f"{file.name.split('.')[0]}.csv"
    if target.suffix != ".csv":
        raise ValueError(f"--out {target}: name a file that ends in .csv.")
    if is_own_table(target.resolve()) or (target.exists() and target.samefile(file)):
        raise ValueError(f"--out {target}: would be overwritten; name another file.")
    return target


def _ask_version() -> str:
    """Ask for the version of the data where somebody can answer."""
    if not _somebody_answers():
        return ""
    return _prompt("Version of the data, which the file does not state (Enter: not stated)")


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
    """Fetch a release of UCDP GED; where an account is needed say how, and ask for the file."""
    from sahelstats.datasets.fetching import ACLED_STEPS, GTD_STEPS

    if producer is not Producer.UCDP_GED:
        print(ACLED_STEPS if producer is Producer.ACLED else GTD_STEPS)
        _ask_for_file(producer)
        return
    with said(ValueError, OSError):
        if not version:
            raise ValueError("Say which release: --version 25.1")
        if country and not api:
            raise ValueError("A release comes whole: use --country with --api, or with import.")
        if api:
            _fetch_api(version, token, country or [], base_url)
        else:
            _fetch_release(version, token, base_url, sha256, max_mb, again)


def _ask_for_file(producer: Producer) -> None:
    """Ask for the file that a user exported, and import it."""
    if not _somebody_answers():
        print("\nThis is no terminal, so the file is not asked for: go on with the last step.")
        return
    while text := _prompt("\nThe exported file (Enter: later)"):
        file = Path(text.strip("'\"")).expanduser()
        if file.is_file():
            break
        print(f"There is no file {file}.")
    else:
        return
    name = _prompt("Name of the table, for data/imported/NAME.csv", file.name.split(".")[0])
    name = name.removesuffix(".csv")
    if Path(name).name != name:
        raise typer.BadParameter(f"{name!r} is no name: the table lies in data/imported")
    import_file(producer, file, out=IMPORTED / f"{name}.csv")


def _somebody_answers() -> bool:
    return sys.stdin.isatty()


def _prompt(question: str, default: str = "") -> str:
    """Return what is answered, without blanks around it."""
    answer = typer.prompt(question, default=default, show_default=bool(default))
    return str(answer).strip()


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

    with said(ValueError, OSError):
        loaded = [load_incidents(path) for path in tables]
        table = pd.concat(loaded, ignore_index=True)
        found = check_totals(table, totals, last)
        versions = sorted(
            {_version_of(path, one) for path, one in zip(tables, loaded, strict=True)}
        )
        if out is not None:
            write_atomic(out, found.differences.to_csv(index=False, lineterminator="\n"))
    _print_totals(found, versions, _console())


def _version_of(path: Path, table: pd.DataFrame) -> str:
    """Return the version of an imported table in words, from its report or from its last year."""
    from sahelstats.datasets.report import NOT_STATED
    from sahelstats.datasets.totals import first_release
    from sahelstats.tables.about import about_table

    about = about_table(path)
    if about is not None and about.version != NOT_STATED:
        return about.version
    last = int(table["year"].max())
    return f"not stated (events to {last}: {first_release(last)} or later)"


def _print_totals(
    found: TotalsCheck, versions: list[str], console: Console, most: int = 20
) -> None:
    """Print shares by figure, by last year, and the largest differences."""
    from rich.table import Table

    def counted(part: TotalsCheck) -> str:
        equal = f"{int(part.equal.sum()):,} of {len(part.cells):,} non-zero cells equal"
        return f"{equal} ({part.share():.1%}), {part.first_year} to {part.last_year}"

    console.print(f"Tables: version {', '.join(versions)}. Totals: version {found.version}.")
    # Each release revises the year before it most: what is no fault of an import shows there.
    settled = found.until(found.last_year - 1)
    if versions != [found.version] and len(settled.cells):
        console.print(
            f"{counted(settled)}: the years that both releases hold as revised "
            f"(`--to {settled.last_year}`)."
        )
        console.print(
            f"{counted(found)}: with {found.last_year}, the newest year of the tables, which "
            "later releases revise most."
        )
    else:
        console.print(f"{counted(found)}.")
    if len(years := found.by_year):
        told = [f"{row.Index} {row.differ} of {row.cells}" for row in years[::-1].itertuples()]
        console.print(f"Cells that differ, by year: {', '.join(told)}.")
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

    with said(ValueError, OSError):
        one, other = load_incidents(left), load_incidents(right)
        pairs = match_events(one, other, days, km, min_score, candidates)
        write_atomic(out, pairs.to_csv(index=False, lineterminator="\n"))
    matched = pairs[pairs["matched"]]
    print(
        f"{shown(out)}: {len(matched):,} of {len(one):,} incidents have a match among "
        f"{len(other):,}, {int(matched['ambiguous'].sum()):,} of them ambiguous."
    )
