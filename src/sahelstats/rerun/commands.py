"""``sahelstats rerun``, ``batch``, ``verify`` and ``manifest``: thin doors to this room."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sahelstats.paths import shown
from sahelstats.rerun.errors import RerunError
from sahelstats.saying import fail, said

if TYPE_CHECKING:
    from sahelstats.rerun.publishing import Places
    from sahelstats.rerun.sweeping import Outcome
    from sahelstats.rerun.sweeps import Sweep

#: How a command takes notebooks; `contract.find_stems` looks them up.
Notebooks = Annotated[
    list[str] | None,
    typer.Argument(help="Notebooks by stem or its beginning, such as 02; default all."),
]
_Workers = Annotated[
    int, typer.Option("--jobs", "-j", min=0, help="How many at once; 0: one for each core.")
]


@dataclass(frozen=True)
class Pages:
    """How results become pages: this room does not know, so the one above tells it.

    Attributes
    ----------
    write : callable
        Writes the pages of some notebooks.
    index : callable
        Writes the index of a report; returns where it is.
    sweep : callable
        Writes the pages of a sweep; returns the one that leads to the others.
    """

    write: Callable[[Places, Sequence[str]], object]
    index: Callable[[Places], Path]
    sweep: Callable[[Sweep, Sequence[Outcome]], Path]


def register(app: typer.Typer, pages: Pages) -> None:
    """Add the commands of this room to the command line.

    Parameters
    ----------
    app : typer.Typer
        The command line.
    pages : Pages
        What ``rerun`` and ``batch`` write the pages with; they find it in their context.
    """
    with_pages = {"obj": pages}
    app.command("rerun", context_settings=with_pages)(rerun_notebooks)
    app.command("batch", hidden=True, context_settings=with_pages)(batch)
    app.command("verify")(verify_figures)
    app.command("manifest")(manifest)


@contextmanager
def _said(*errors: type[Exception]) -> Iterator[None]:
    """Turn what stops runs into a message and an exit code; Ctrl-C, too."""
    try:
        with said(RerunError, *errors):
            yield
    except KeyboardInterrupt:
        print("Interrupted. What had not ended left everything as it was.", file=sys.stderr)
        raise typer.Exit(130) from None


def rerun_notebooks(
    context: typer.Context,
    names: Notebooks = None,
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
    jobs: _Workers = 0,
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
    pages: Pages = context.obj
    if sweep is not None or dask is not None:
        if sweep is None or names or settings:
            raise fail("--sweep FILE stands without notebooks and --set; --dask needs --sweep")
        succeeded = _sweep(pages, sweep, jobs, cold, yes, dask)
    elif imported is not None:
        succeeded = _rerun_imported(pages, imported, names or [], settings or [], jobs, cold)
    else:
        succeeded = _rerun(pages, names or [], settings or [], jobs, cold)
    if not succeeded:
        raise typer.Exit(1)


def _rerun(pages: Pages, names: list[str], settings: list[str], workers: int, cold: bool) -> bool:
    """Run notebooks; return whether all succeeded."""
    from sahelstats.rerun.together import rerun_all

    with _said():
        results = rerun_all(names, settings, workers, cold)
        if settings:
            # No make rule stands for a variant: its page is written here.
            for result in results:
                if result.places is not None:
                    pages.write(result.places, [result.job.stem])
    return not any(result.error for result in results)


def _sweep(
    pages: Pages, file: Path, workers: int, cold: bool, many: bool, dask: str | None
) -> bool:
    """Run a sweep and write its pages; return whether all runs succeeded."""
    from sahelstats.rerun.shown_sweep import print_summary, sweep_from

    with _said():
        sweep, outcomes = sweep_from(file, workers, cold=cold, many=many, dask=dask)
        page = pages.sweep(sweep, outcomes)
    print_summary(sweep, outcomes)
    print(f"Choose a variant: {shown(page)}")
    return not any(outcome.state == "failed" for outcome in outcomes)


def _rerun_imported(
    pages: Pages, table: str, names: list[str], settings: list[str], workers: int, cold: bool
) -> bool:
    """Run notebooks on an imported table and write its report; return whether all succeeded."""
    from sahelstats.rerun.imported import rerun_imported

    with _said():
        places, done = rerun_imported(table, names, settings, workers, cold)
        if in_place := [stem for stem, ended in done.items() if ended]:
            pages.write(places, in_place)
            print(f"Report: {shown(pages.index(places))}")
    return all(done.values())


def batch(
    context: typer.Context,
    verdicts: Annotated[Path, typer.Argument(help="Folder for the exit code of each notebook.")],
    jobs: Annotated[int, typer.Option("--jobs", "-j", min=0)] = 0,
    pages: Annotated[bool, typer.Option("--pages", help="Render the pages, too.")] = False,
) -> None:
    """Run all that is out of date in one process; the Makefile's rules take over the rest."""
    from sahelstats.rerun.batch import bring_up_to_date
    from sahelstats.rerun.publishing import Places

    def write_page(stem: str) -> None:
        context.obj.write(Places.of(), [stem])

    with _said(OSError):
        bring_up_to_date(verdicts, write_page if pages else None, jobs)


def verify_figures(names: Notebooks = None, jobs: _Workers = 0) -> None:
    """Rerun notebooks aside and say which figures and values differ from the committed ones."""
    from sahelstats.rerun.verify import verify

    with _said():
        verdicts = verify(names or [], jobs)
    for verdict in verdicts:
        print("\n".join(verdict.lines()))
    differing = [verdict.stem for verdict in verdicts if not verdict.same]
    if differing:
        raise fail(f"Not the same: {', '.join(differing)}")
    unknown = sum(finding.not_compared != "" for one in verdicts for finding in one.findings)
    aside = f"; {unknown} of them without their values" if unknown else ""
    print(f"All the same: {len(verdicts)} notebooks{aside}")


def manifest() -> None:
    """Write figures/manifest.json from the records of the runs."""
    from sahelstats.rerun.publishing import Places, write_manifest

    print(shown(write_manifest(Places.of())))
