"""Running a sweep: what is finished is skipped, what fails does not stop the rest."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sahelstats.files import locked, write_atomic
from sahelstats.paths import BUILD, NOTEBOOKS
from sahelstats.rerun.contract import Contract, read_contract
from sahelstats.rerun.fingerprint import Present, reasons_to_run
from sahelstats.rerun.jobs import Job, Result
from sahelstats.rerun.publishing import Places, write_manifest
from sahelstats.rerun.sweeps import Sweep

if TYPE_CHECKING:
    from rich.table import Table

#: A table longer than this shows what failed, and counts the rest.
_LONGEST_TABLE = 60

#: Runs jobs, on this machine or on others.
Runner = Callable[[Sequence[Job]], list[Result]]


@dataclass(frozen=True)
class Outcome:
    """What came of one run of a sweep.

    Attributes
    ----------
    job : Job
        What was asked.
    state : str
        ``done``, ``skipped`` (nothing it depends on has changed) or ``failed``.
    message : str
        Why it was run, or why it failed.
    seconds : float
        How long it took.
    """

    job: Job
    state: str
    message: str = ""
    seconds: float = 0.0

    @property
    def places(self) -> Places:
        """Where its results are, or would be."""
        return Places.of(self.job.variant)


def run_sweep(sweep: Sweep, run: Runner) -> list[Outcome]:
    """Run what of a sweep is not finished.

    Parameters
    ----------
    sweep : Sweep
        What is asked for.
    run : callable
        Runs jobs: ``run_jobs``, or a cluster.

    Returns
    -------
    list of Outcome
        In the order of the sweep's jobs.
    """
    present = Present()
    contracts = {
        stem: read_contract(NOTEBOOKS / f"{stem}.ipynb")
        for stem in dict.fromkeys(job.stem for job in sweep.jobs)
    }
    reasons = [_reason(job, contracts[job.stem], present) for job in sweep.jobs]
    stale = [job for job, reason in zip(sweep.jobs, reasons, strict=True) if reason]
    results = iter(run(stale) if stale else [])
    outcomes = []
    for job, reason in zip(sweep.jobs, reasons, strict=True):
        if not reason:
            outcomes.append(Outcome(job, "skipped"))
            continue
        result = next(results)
        state = "failed" if result.places is None else "done"
        outcomes.append(Outcome(job, state, result.error or reason, result.seconds))
    _write_manifests(outcomes)
    _write_state(sweep, outcomes)
    return outcomes


def _reason(job: Job, contract: Contract, present: Present) -> str:
    """Return why a job has to be run; empty when its results stand."""
    changes = reasons_to_run(contract, job.settings, Places.of(job.variant), present)
    return "; ".join(str(change) for change in changes)


def _write_manifests(outcomes: Sequence[Outcome]) -> None:
    """Bring the manifest of every variant with new results up to date."""
    stale = {
        outcome.job.variant: outcome.places
        for outcome in outcomes
        if outcome.state == "done"
        or (outcome.state == "skipped" and not (outcome.places.figures / "manifest.json").exists())
    }
    for places in stale.values():
        with locked(BUILD / "publishing.lock"):
            write_manifest(places)


def _write_state(sweep: Sweep, outcomes: Sequence[Outcome]) -> None:
    """Keep what came of the sweep, for its page and for other programs."""
    content = [
        {
            "notebook": outcome.job.stem,
            "settings": dict(outcome.job.settings),
            "folder": outcome.job.variant,
            # Skipped or just run: its results are there.
            "state": "failed" if outcome.state == "failed" else "done",
            "error": outcome.message if outcome.state == "failed" else "",
        }
        for outcome in outcomes
    ]
    text = json.dumps({"sweep": sweep.name, "runs": content}, indent=1, ensure_ascii=False)
    write_atomic(sweep.folder / "sweep.json", text + "\n")


def summary(sweep: Sweep, outcomes: Sequence[Outcome]) -> str:
    """Return what came of a sweep in one line.

    Parameters
    ----------
    sweep : Sweep
        What was asked for.
    outcomes : sequence of Outcome
        What came of it.

    Returns
    -------
    str
        Counts by state.
    """
    counts = {
        state: sum(outcome.state == state for outcome in outcomes)
        for state in ("done", "skipped", "failed")
    }
    named = {"done": "run", "skipped": "skipped because nothing changed", "failed": "failed"}
    parts = ", ".join(f"{counts[state]:,} {name}" for state, name in named.items())
    return f"{sweep.name}: {len(outcomes):,} runs: {parts}"


def as_table(outcomes: Sequence[Outcome]) -> Table:
    """Return the table that ends a sweep.

    Parameters
    ----------
    outcomes : sequence of Outcome
        What came of a sweep.

    Returns
    -------
    Table
        A row for each run; of a large sweep only for those that failed.
    """
    from rich.table import Table
    from rich.text import Text

    rows = list(outcomes)
    if len(rows) > _LONGEST_TABLE:
        rows = [outcome for outcome in rows if outcome.state == "failed"]
    table = Table()
    for name in ("variant", "notebook", "state", "seconds", "why"):
        table.add_column(name, overflow="fold", justify="right" if name == "seconds" else "left")
    for outcome in rows:
        seconds = "" if outcome.state == "skipped" else f"{outcome.seconds:.1f}"
        why = shortened(outcome.message)
        cells = (outcome.job.variant, outcome.job.stem, outcome.state, seconds, why)
        table.add_row(*(Text(cell) for cell in cells))
    return table


def shortened(message: str) -> str:
    r"""Return a message in one line: how it begins, and the error that ends its traceback.

    Parameters
    ----------
    message : str
        Why a run failed, as the runner says it.

    Returns
    -------
    str
        At most three hundred characters.

    Examples
    --------
    >>> shortened("x failed in cell 2:\n    raise\n    ValueError: no\n  As far as it ran: ...")
    'x failed in cell 2: ... ValueError: no'
    """
    lines = [line for line in message.splitlines() if line.strip()]
    trace = [line.strip() for line in lines[1:] if line.startswith("    ")]
    text = " ... ".join([*lines[:1], *trace[-1:]])
    return text if len(text) <= 300 else f"{text[:299]}…"
