"""What a Dask worker does: runs one variant in a private copy and returns the results as bytes."""

from __future__ import annotations

import contextlib
import hashlib
import json
import shutil
import tempfile
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sahelstats.paths import ROOT
from sahelstats.rerun.errors import RerunError
from sahelstats.rerun.jobs import Job, Result
from sahelstats.rerun.publishing import sha256
from sahelstats.rerun.shadow import Shadow


@dataclass(frozen=True)
class Order:
    """One variant to run, with what it takes.

    Attributes
    ----------
    job : Job
        The notebook and its parameters.
    files : mapping
        Path in the project -> sha256: notebook, data, lock file.
    contents : mapping
        sha256 -> bytes of those files that the worker lacks.
    cold : bool
        Whether the kernel starts afresh.
    """

    job: Job
    files: Mapping[str, str]
    contents: Mapping[str, bytes] = field(default_factory=dict)
    cold: bool = False


@dataclass(frozen=True)
class Delivery:
    """What came of an order.

    Attributes
    ----------
    files : mapping
        ``figures/NAME``, ``values.json`` and ``executed.ipynb`` -> bytes; after a failure only
        ``failed.ipynb``, where there is one.
    record : mapping
        The record of the run; empty after a failure.
    error : str
        Why it failed; empty when it did not.
    """

    files: Mapping[str, bytes]
    record: Mapping[str, Any]
    error: str


_turn = threading.Lock()
_idle: list[Shadow] = []
_busy: list[Shadow] = []
_known: dict[str, bytes] = {}


def lacking(files: Mapping[str, str]) -> list[str]:
    """Return which contents this worker has neither been sent nor holds in a clone of its own.

    Parameters
    ----------
    files : mapping
        Path in the project -> sha256.

    Returns
    -------
    list of str
        sha256 of what has to be sent.
    """
    return sorted(
        {
            digest
            for path, digest in files.items()
            if digest not in _known and not _own(path, digest)
        }
    )


def _own(path: str, digest: str) -> bool:
    """Return whether the clone that this worker runs from, if it does, has a file as asked for."""
    file = ROOT / path
    return file.is_file() and sha256(file) == digest


def run_variant(order: Order) -> Delivery:
    """Run one variant.

    Parameters
    ----------
    order : Order
        What to run.

    Returns
    -------
    Delivery
        Its results, or why it failed.
    """
    for digest, content in order.contents.items():
        if hashlib.sha256(content).hexdigest() != digest:
            return Delivery({}, {}, "a file was damaged on its way to the worker")
        _known[digest] = content
    shadow = _taken()
    try:
        shadow.hold(order.files, lambda path: _content(path, order.files[path]))
        (result,) = shadow.run([order.job], cold=order.cold)
        return _delivery(result, shadow)
    except (RerunError, ValueError, OSError) as error:
        return Delivery({}, {}, str(error))
    finally:
        for folder in ("build", "figures", "reports"):
            shutil.rmtree(shadow.root / folder, ignore_errors=True)
        with _turn:
            if shadow in _busy:
                _busy.remove(shadow)
                _idle.append(shadow)


def stop() -> None:
    """End whatever runs here, because whoever asked for it is gone."""
    with _turn:
        shadows = [*_idle, *_busy]
        _idle.clear()
        _busy.clear()
    for shadow in shadows:
        shadow.close()
        shutil.rmtree(shadow.root, ignore_errors=True)


def _taken() -> Shadow:
    """Return a copy of the project that nobody uses, made when there is none."""
    with _turn:
        shadow = _idle.pop() if _idle else None
    if shadow is None:
        shadow = Shadow(Path(tempfile.mkdtemp(prefix="sahelstats-worker-", dir=_local_folder())))
    with _turn:
        _busy.append(shadow)
    return shadow


def _local_folder() -> str | None:
    """Return the worker's own folder, which Dask removes with the worker."""
    from distributed import get_worker

    with contextlib.suppress(ValueError):
        return str(get_worker().local_directory)
    return None


def _content(path: str, digest: str) -> bytes:
    if digest in _known:
        return _known[digest]
    if _own(path, digest):
        return (ROOT / path).read_bytes()
    raise ValueError(f"{path} did not reach the worker")


def _delivery(result: Result, shadow: Shadow) -> Delivery:
    """Return the results of a run, read from their places in the copy."""
    stem, places = result.job.stem, result.places
    if places is None:
        kept = next((shadow.root / "build").rglob(f"{stem}.failed.ipynb"), None)
        files = {} if kept is None else {"failed.ipynb": kept.read_bytes()}
        return Delivery(files, {}, result.error)
    files = {
        f"figures/{path.name}": path.read_bytes() for path in places.figures.glob(f"{stem}__*")
    }
    files["values.json"] = (places.values / f"{stem}.json").read_bytes()
    files["executed.ipynb"] = (places.executed / f"{stem}.ipynb").read_bytes()
    record = json.loads((places.record / f"{stem}.json").read_text(encoding="utf-8"))
    return Delivery(files, record, "")
