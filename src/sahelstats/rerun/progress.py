"""How jobs get on: a live table on a terminal, a line for each elsewhere."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sahelstats.paths import shown
from sahelstats.rerun.jobs import Event, Job, Result

if TYPE_CHECKING:
    from rich.console import JustifyMethod
    from rich.table import Table

#: Lines of the terminal that the table leaves free.
_MARGIN = 8
_COLOURS = {"failed": "red", "done": "green", "running": "cyan", "waiting": "dim"}


@contextmanager
def watch(jobs: Sequence[Job]) -> Iterator[Callable[[Event], None]]:
    """Show the progress of jobs while the block lasts.

    Parameters
    ----------
    jobs : sequence of Job
        All of them.

    Yields
    ------
    callable
        To be told of every event.
    """
    if not sys.stderr.isatty():
        yield tell_end
        return
    from rich.console import Console
    from rich.live import Live

    board = Board(jobs)
    console = Console(stderr=True)

    def look() -> Table:
        return board.table(max(3, console.height - _MARGIN))

    with Live(get_renderable=look, console=console, redirect_stdout=sys.stdout.isatty(),
              transient=True) as live:  # fmt: skip

        def on_event(event: Event) -> None:
            board.take(event)
            tell_end(event)
            live.refresh()

        yield on_event


def tell_end(event: Event) -> None:
    """Print where the results of a job are, or why there are none.

    Parameters
    ----------
    event : Event
        All but the last of a job are passed over.
    """
    if event.result is not None:
        if event.result.error:
            print(event.result.error, file=sys.stderr, flush=True)
        else:
            print(line_of(event.result), flush=True)


def line_of(result: Result) -> str:
    """Return the line that says where the results of a job are.

    Parameters
    ----------
    result : Result
        Of a job that did not fail.

    Returns
    -------
    str
        Notebook, folder, seconds.
    """
    assert result.places is not None
    return f"{result.job.stem}: figures in {shown(result.places.figures)}/, {result.seconds:.1f} s"


class Board:
    """The state of every job.

    Parameters
    ----------
    jobs : sequence of Job
        All of them.
    """

    def __init__(self, jobs: Sequence[Job]) -> None:
        self._latest = {id(job): Event(job, "waiting") for job in jobs}
        self._begun: dict[int, float] = {}
        self._ended: dict[int, float] = {}

    def take(self, event: Event) -> None:
        """Take note of an event."""
        key = id(event.job)
        if event.state == "running":
            self._begun.setdefault(key, time.monotonic())
        elif event.state in ("done", "failed"):
            self._ended[key] = time.monotonic()
            event = Event(event.job, event.state, *self._cells(key))
        self._latest[key] = event

    def counts(self) -> Counter[str]:
        """Return how many jobs are in each state."""
        return Counter(event.state for event in self._latest.values())

    def table(self, lines: int) -> Table:
        """Return the jobs as a table of so many lines at most.

        Parameters
        ----------
        lines : int
            When there are more jobs, those that run or failed are shown before those that wait,
            and these before those that are done.

        Returns
        -------
        Table
            Notebook, variant, cell, seconds, state, and below it the counts.
        """
        from rich.table import Table
        from rich.text import Text

        counts = self.counts()
        states = [f"{n} {state}" for state in ("done", "failed", "running") if (n := counts[state])]
        table = Table(caption=", ".join([*states, f"{len(self._latest)} in all"]), box=None,
                      caption_justify="left", pad_edge=False)  # fmt: skip
        named = any(event.job.variant for event in self._latest.values())
        for name in ("notebook", *(["variant"] if named else []), "cell", "seconds", "state"):
            side: JustifyMethod = "right" if name in ("cell", "seconds") else "left"
            table.add_column(name, overflow="ellipsis", no_wrap=True, justify=side)
        for key in self._shown(lines):
            event = self._latest[key]
            cell = f"{event.cell} of {event.cells}" if event.cells else ""
            variant = [Text(event.job.variant)] if named else []
            state = Text(event.state, style=_COLOURS.get(event.state, ""))
            table.add_row(Text(event.job.stem), *variant, cell, self._seconds(key), state)
        return table

    def _shown(self, lines: int) -> list[int]:
        """Return the jobs that there is room for, in their order."""
        urgent = ("running", "failed", "waiting", "done")
        keys = list(self._latest)
        chosen = sorted(keys, key=lambda key: urgent.index(self._latest[key].state))[:lines]
        return [key for key in keys if key in set(chosen)]

    def _cells(self, key: int) -> tuple[int, int]:
        return self._latest[key].cell, self._latest[key].cells

    def _seconds(self, key: int) -> str:
        if key not in self._begun:
            return ""
        return f"{self._ended.get(key, time.monotonic()) - self._begun[key]:.0f}"
