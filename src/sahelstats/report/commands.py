"""``sahelstats documents``, ``report``, ``serve`` and ``pdf``: thin doors to this room."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sahelstats.paths import shown
from sahelstats.rerun.commands import Notebooks, Pages
from sahelstats.rerun.errors import RerunError
from sahelstats.saying import fail, said

if TYPE_CHECKING:
    from sahelstats.rerun.publishing import Places
    from sahelstats.rerun.sweeping import Outcome
    from sahelstats.rerun.sweeps import Sweep


def register(app: typer.Typer) -> None:
    """Add the commands of this room to the command line.

    Parameters
    ----------
    app : typer.Typer
        The command line.
    """
    app.command("documents")(documents)
    app.command("report")(report)
    app.command("serve")(serve)
    app.command("pdf")(pdf)


def _write_pages(places: Places, stems: Sequence[str]) -> None:
    from sahelstats.report.pages import write_pages

    write_pages(places, stems)


def _write_index(places: Places) -> Path:
    from sahelstats.report.index import write_index

    return write_index(places)


def _write_sweep(sweep: Sweep, outcomes: Sequence[Outcome]) -> Path:
    from sahelstats.report.sweeps import write_sweep_pages

    return write_sweep_pages(sweep, outcomes)


#: For the commands of the room below that run notebooks and then want their pages.
PAGES = Pages(_write_pages, _write_index, _write_sweep)


def documents() -> None:
    """Bring the generated parts of README.md and data/README.md up to date."""
    from sahelstats.report.documents import write_documents

    with said(OSError, ValueError, RerunError):
        write_documents()


def report(
    names: Notebooks = None,
    index: Annotated[bool, typer.Option(help="Write the index page only.")] = False,
    explorer: Annotated[
        bool, typer.Option(help="Write the page of incidents and claims only.")
    ] = False,
) -> None:
    """Render executed notebooks as self-contained HTML pages."""
    from sahelstats.report.explorer import write_explorer
    from sahelstats.report.index import write_index
    from sahelstats.report.pages import write_pages
    from sahelstats.rerun.contract import find_stems
    from sahelstats.rerun.publishing import Places

    places = Places.of()
    with said(RerunError):
        if index:
            write_index(places)
        if explorer:
            write_explorer(places)
        if not index and not explorer:
            write_pages(places, find_stems(names or []))


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


def pdf(
    names: Annotated[
        list[str] | None,
        typer.Argument(help="Notebooks as for report, or index; default all."),
    ] = None,
) -> None:
    """Print the reports as PDF with a browser that is installed already."""
    from sahelstats.report.printing import print_pages
    from sahelstats.rerun.publishing import Places

    with said(RerunError):
        for path in print_pages(Places.of(), names or []):
            print(shown(path))
