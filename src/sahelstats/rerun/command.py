"""``sahelstats rerun``: several notebooks one after another, with their progress shown."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sahelstats.files import locked
from sahelstats.paths import BUILD, NOTEBOOKS, shown
from sahelstats.rerun.contract import find_stem, read_contract, stems
from sahelstats.rerun.errors import RerunError
from sahelstats.rerun.parameters import parse_settings
from sahelstats.rerun.publishing import Places, write_manifest
from sahelstats.rerun.runner import rerun

if TYPE_CHECKING:
    from collections.abc import Iterator


def rerun_all(names: Sequence[str], settings: Sequence[str]) -> dict[str, Places | None]:
    """Run notebooks one after another; one that fails does not stop the others.

    Parameters
    ----------
    names : sequence of str
        Stems, files or leading numbers; all notebooks when empty.
    settings : sequence of str
        ``NAME=VALUE`` texts for all of them.

    Returns
    -------
    dict
        Stem -> where its results are, None for one that failed (why was printed to standard
        error).

    Raises
    ------
    RerunError
        Before the first run, when a name or setting is not known.
    """
    chosen = [find_stem(name) for name in names] or stems()
    if not chosen:
        raise RerunError(f"there are no notebooks in {shown(NOTEBOOKS)}")
    parsed = {
        stem: parse_settings(settings, read_contract(NOTEBOOKS / f"{stem}.ipynb").parameters, stem)
        if settings
        else {}
        for stem in chosen
    }
    done: dict[str, Places | None] = {}
    for stem in chosen:
        begun = time.monotonic()
        try:
            with _progress(stem) as on_cell:
                places = rerun(stem, parsed[stem], on_cell)
        except RerunError as error:
            print(error, file=sys.stderr)
            done[stem] = None
            continue
        with locked(BUILD / "publishing.lock"):
            write_manifest(places)
        done[stem] = places
        where = shown(places.figures)
        print(f"{stem}: figures in {where}/, {time.monotonic() - begun:.1f} s", flush=True)
    return done


@contextmanager
def _progress(stem: str) -> Iterator[Callable[[int, int], None] | None]:
    """Show a bar per notebook on a terminal, nothing elsewhere."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("cell {task.completed} of {task.total}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task(stem, total=None)
        yield lambda cell, count: bars.update(task, completed=cell, total=count)
