"""``sahelstats rerun --sweep``: here or on a cluster, with a line for each run as it ends."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from sahelstats.rerun.jobs import Event, Job, Result, run_jobs
from sahelstats.rerun.sweeping import Outcome, as_table, run_sweep, summary
from sahelstats.rerun.sweeps import Sweep, read_sweep


def sweep_from(
    file: Path, *, workers: int = 1, many: bool = False, cold: bool = False, dask: str | None = None
) -> tuple[Sweep, list[Outcome]]:
    """Run the sweep that a file asks for.

    Parameters
    ----------
    file : Path
        A YAML file.
    workers : int
        How many runs at once, where the machine is this one.
    many : bool
        Whether a large number of runs is meant.
    cold : bool
        Whether every kernel starts afresh.
    dask : str, optional
        Address of a Dask cluster, or ``local`` for one started here.

    Returns
    -------
    tuple of Sweep and list of Outcome
        What was asked for and what came of it.

    Raises
    ------
    RerunError
        Before the first run, with every fault of the file; or when there is no such cluster.
    """
    sweep = read_sweep(file, many=many)

    def run_here(jobs: Sequence[Job]) -> list[Result]:
        return run_jobs(jobs, workers=workers, cold=cold, on_event=tell)

    def run_there(jobs: Sequence[Job]) -> list[Result]:
        from sahelstats.rerun.cluster import run_on_cluster

        return run_on_cluster(jobs, str(dask), workers=workers, cold=cold, on_event=tell)

    return sweep, run_sweep(sweep, run_there if dask else run_here)


def tell(event: Event) -> None:
    """Print a line when a run ends."""
    if event.state in ("done", "failed"):
        print(f"{event.job.stem}, {event.job.variant}: {event.state}", flush=True)


def print_summary(sweep: Sweep, outcomes: Sequence[Outcome]) -> None:
    """Print what came of a sweep: the errors in full, then the table.

    Parameters
    ----------
    sweep : Sweep
        What was asked for.
    outcomes : sequence of Outcome
        What came of it.
    """
    from rich.console import Console

    for outcome in outcomes:
        if outcome.state == "failed":
            print(f"{outcome.job.stem}, {outcome.job.variant}: {outcome.message}", file=sys.stderr)
    console = Console()
    if not console.is_terminal:
        console.width = 200  # a file has no edge; narrow columns would only break words
    print(summary(sweep, outcomes))
    if (table := as_table(outcomes)).row_count:
        console.print(table)
