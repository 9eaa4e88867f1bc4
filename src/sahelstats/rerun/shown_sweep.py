"""``sahelstats rerun --sweep``: here or on a cluster, with a line for each run as it ends."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sahelstats.rerun.jobs import Job, Result
from sahelstats.rerun.progress import watch
from sahelstats.rerun.sweeping import Outcome, as_table, run_sweep, summary
from sahelstats.rerun.sweeps import Sweep, read_sweep
from sahelstats.rerun.together import cores, ended_by_signals, run_shown


def sweep_from(
    file: Path, workers: int = 0, *, cold: bool = False, many: bool = False, dask: str | None = None
) -> tuple[Sweep, list[Outcome]]:
    """Run the sweep that a file asks for.

    Parameters
    ----------
    file : Path
        A YAML file.
    workers : int
        How many runs at once, where the machine is this one; 0 for as many as there are cores.
    cold : bool
        Whether every kernel starts afresh.
    many : bool
        Whether a large number of runs is meant.
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
        return run_shown(jobs, workers, cold)

    def run_there(jobs: Sequence[Job]) -> list[Result]:
        from sahelstats.rerun.cluster import run_on_cluster

        with ended_by_signals(), watch(jobs) as show:
            return run_on_cluster(
                jobs, str(dask), workers=workers or cores(), cold=cold, on_event=show
            )

    return sweep, run_sweep(sweep, run_there if dask else run_here)


def print_summary(sweep: Sweep, outcomes: Sequence[Outcome]) -> None:
    """Print what came of a sweep; the errors were printed in full as they came.

    Parameters
    ----------
    sweep : Sweep
        What was asked for.
    outcomes : sequence of Outcome
        What came of it.
    """
    from rich.console import Console

    console = Console()
    if not console.is_terminal:
        console.width = 200  # a file has no edge; narrow columns would only break words
    print(summary(sweep, outcomes))
    if (table := as_table(outcomes)).row_count:
        console.print(table)
