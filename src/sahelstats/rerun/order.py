"""Which jobs begin first: those that took longest, so that no long one is left to run alone."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterable, Sequence

from sahelstats.files import locked, write_if_changed
from sahelstats.paths import BUILD, NOTEBOOKS
from sahelstats.rerun.jobs import Job, Result

#: Seconds that the last run of each notebook took on this machine.
SECONDS = BUILD / "seconds.json"


def longest_first(jobs: Sequence[Job]) -> list[Job]:
    """Return jobs in the order in which they should begin.

    Parameters
    ----------
    jobs : sequence of Job
        In any order, which stays that of jobs of the same length.

    Returns
    -------
    list of Job
        By the time of the notebook's last run; one that was not run yet counts by its size.
    """
    known = _known()
    sizes = {job.stem: (NOTEBOOKS / f"{job.stem}.ipynb").stat().st_size for job in jobs}
    timed = [stem for stem in sizes if stem in known]
    rate = sum(known[stem] for stem in timed) / sum(sizes[stem] for stem in timed) if timed else 1.0
    return sorted(jobs, key=lambda job: -known.get(job.stem, rate * sizes[job.stem]))


def note_seconds(results: Iterable[Result]) -> None:
    """Keep how long the project's own runs took, for the order of the next.

    Parameters
    ----------
    results : iterable of Result
        Those that failed, and variants, are passed over.
    """
    taken = {
        result.job.stem: round(result.seconds, 1)
        for result in results
        if not result.error and not result.job.variant
    }
    # Without it the order is another, and nothing else.
    with contextlib.suppress(OSError), locked(BUILD / "publishing.lock"):
        if taken:
            write_if_changed(SECONDS, json.dumps(_known() | taken, indent=1, sort_keys=True) + "\n")


def _known() -> dict[str, float]:
    try:
        found = json.loads(SECONDS.read_text(encoding="utf-8"))
        return {str(stem): float(seconds) for stem, seconds in found.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}
