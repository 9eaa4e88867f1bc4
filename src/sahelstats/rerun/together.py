"""Several notebooks at once, with their progress shown: what ``sahelstats rerun`` does."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sahelstats.files import locked
from sahelstats.paths import BUILD, NOTEBOOKS, shown
from sahelstats.rerun.contract import find_stems, read_contract
from sahelstats.rerun.errors import RerunError
from sahelstats.rerun.jobs import Event, Job, Result, run_jobs
from sahelstats.rerun.order import longest_first, note_seconds
from sahelstats.rerun.parameters import parse_settings
from sahelstats.rerun.progress import watch
from sahelstats.rerun.publishing import write_manifest
from sahelstats.rerun.runner import in_words


def rerun_all(
    names: Sequence[str], settings: Sequence[str], workers: int = 0, cold: bool = False
) -> list[Result]:
    """Run notebooks, several at once; one that fails does not stop the others.

    Parameters
    ----------
    names : sequence of str
        Notebooks as `find_stem` takes them; all when empty.
    settings : sequence of str
        ``NAME=VALUE`` texts for all of them.
    workers : int
        How many at once; 0 for as many as there are cores.
    cold : bool
        Start every kernel afresh.

    Returns
    -------
    list of Result
        In the order of the names. Why one failed was printed to standard error.

    Raises
    ------
    RerunError
        Before the first run, when a name or setting is not known.
    """
    chosen = find_stems(names)
    if not chosen:
        raise RerunError(f"there are no notebooks in {shown(NOTEBOOKS)}")
    return run_shown([Job(stem, _parsed(settings, stem)) for stem in chosen], workers, cold)


def _parsed(settings: Sequence[str], stem: str) -> Mapping[str, Any]:
    """Return the settings of a notebook."""
    if not settings:
        return {}
    return parse_settings(settings, read_contract(NOTEBOOKS / f"{stem}.ipynb").parameters, stem)


def run_shown(
    jobs: Sequence[Job], workers: int = 0, cold: bool = False,
    on_result: Callable[[Result], None] | None = None,
) -> list[Result]:  # fmt: skip
    """Run jobs and show how they get on: a live table on a terminal, else a line for each.

    Parameters
    ----------
    jobs : sequence of Job
        What to run. Those that took longest the last time begin first.
    workers : int
        How many at once; 0 for as many as there are cores.
    cold : bool
        Start every kernel afresh.
    on_result : callable, optional
        Told of every job that has ended.

    Returns
    -------
    list of Result
        In the order of the jobs.

    Raises
    ------
    RerunError
        When the manifest cannot be written; the results of each job are in place all the same.
    """
    faults: list[str] = []
    with ended_by_signals(), watch(jobs) as show:

        def on_event(event: Event) -> None:
            show(event)
            if event.result is not None:
                faults.extend(_list_figures(event.result))
                if on_result is not None:
                    on_result(event.result)

        results = run_jobs(
            longest_first(jobs), workers=workers or cores(), cold=cold, on_event=on_event
        )
    if faults:
        raise RerunError("the list of figures could not be written:", faults[:1])
    note_seconds(results)
    found = {id(result.job): result for result in results}
    return [found[id(job)] for job in jobs]


def _list_figures(result: Result) -> list[str]:
    """Bring the manifest up to date; return what stood in the way."""
    if result.places is None:
        return []
    try:
        with locked(BUILD / "publishing.lock"):
            write_manifest(result.places)
    except OSError as error:
        return [in_words(error)]
    return []


def cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """Take the signals that ask a process to end for Ctrl-C, so that it can end its kernels."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    numbers = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {number: signal.signal(number, _interrupt) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt
