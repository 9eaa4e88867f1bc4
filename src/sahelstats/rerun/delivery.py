"""Results that came from elsewhere: checked, then put in place as those of a run here."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping

from sahelstats.files import locked, write_atomic
from sahelstats.notebook import FIGURE_NAME
from sahelstats.paths import BUILD
from sahelstats.rerun.folders import run_folder
from sahelstats.rerun.jobs import Job, Result
from sahelstats.rerun.publishing import Places, listing_digest, publish
from sahelstats.rerun.worker import Delivery


def put_in_place(job: Job, files: Mapping[str, str], delivery: Delivery, seconds: float) -> Result:
    """Put the results of a run elsewhere in place, or keep its failed notebook.

    Parameters
    ----------
    job : Job
        What was asked.
    files : mapping
        Path in the project -> sha256 of what was sent.
    delivery : Delivery
        What came back.
    seconds : float
        How long it took.

    Returns
    -------
    Result
        A failure, too, when what came back is not what was asked for.
    """
    places = Places.of(job.variant)
    if delivery.error:
        if content := delivery.files.get("failed.ipynb"):
            write_atomic(places.executed / f"{job.stem}.failed.ipynb", content)
        return Result(job, None, delivery.error, seconds)
    if fault := _fault(job.stem, files, delivery):
        return Result(job, None, f"what the worker returned cannot be used: {fault}", seconds)
    with run_folder(job.stem) as folder:
        (folder / "figures").mkdir()
        for name, content in delivery.files.items():
            (folder / name).write_bytes(content)
        with locked(BUILD / "publishing.lock"):
            publish(folder, job.stem, places, delivery.record)
    return Result(job, places, "", seconds)


def _fault(stem: str, files: Mapping[str, str], delivery: Delivery) -> str:
    """Return what is wrong with a delivery: names that lead elsewhere, other bytes, other data."""
    figure = rf"figures/{re.escape(stem)}__{FIGURE_NAME}\.(svg|png|csv)"
    for name in delivery.files:
        if name not in ("values.json", "executed.ipynb") and not re.fullmatch(figure, name):
            return f"it holds {name!r}"
    try:
        outputs, used = delivery.record["outputs"], delivery.record["inputs"]["data"]
        wanted = {f"figures/{name}": digest for name, digest in outputs["figures"].items()}
        wanted["values.json"] = outputs["values"]
        came = {
            name: hashlib.sha256(content).hexdigest()
            for name, content in delivery.files.items()
            if name != "executed.ipynb"
        }
        complete = "executed.ipynb" in delivery.files
    except (KeyError, TypeError, AttributeError):
        return "its record is not complete"
    if came != wanted or not complete:
        return "its files are not those of its record"
    folders = {path: listing_digest(path, files) for path in used if path.endswith("/")}
    if other := [path for path, digest in used.items() if {**files, **folders}.get(path) != digest]:
        return f"it used other data: {', '.join(other)}"
    return ""
