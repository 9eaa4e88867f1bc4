"""From a run's folder to their places: figures, values, the record, and the manifest of all."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sahelstats.files import write_if_changed
from sahelstats.paths import BUILD, FIGURES, NOTEBOOKS, REPORTS, ROOT
from sahelstats.rerun import tracing
from sahelstats.rerun.inputs import PASSED_OVER, cleaned

LOCK_FILE = ROOT / "requirements.lock"


@dataclass(frozen=True)
class Places:
    """Where the results of a run go: the project's own folders, or those of a variant.

    Attributes
    ----------
    figures, values, executed, record, reports : Path
        One folder for each kind of result.
    """

    figures: Path
    values: Path
    executed: Path
    record: Path
    reports: Path

    @classmethod
    def of(cls, variant: str = "") -> Places:
        """Return the places of a variant, or the project's own."""
        if not variant:
            build = BUILD
            return cls(FIGURES, build / "values", build / "executed", build / "record", REPORTS)
        top = BUILD / "variants" / variant
        names = ("figures", "values", "executed", "record", "reports")
        return cls(*(top / name for name in names))


def publish(folder: Path, stem: str, places: Places, record: Mapping[str, Any]) -> None:
    """Move a successful run's results to their places, the record last.

    Parameters
    ----------
    folder : Path
        The run's folder.
    stem : str
        The notebook.
    places : Places
        Where to.
    record : mapping
        What ``make_record`` returned; make takes its date as the run's.
    """
    for target in (places.figures, places.values, places.executed, places.record):
        target.mkdir(parents=True, exist_ok=True)
    (folder / "record.json").write_text(_json(record), encoding="utf-8")
    figures = sorted((folder / "figures").glob("*"))
    moves = [(path, places.figures / path.name) for path in figures]
    moves += [
        (folder / "values.json", places.values / f"{stem}.json"),
        (folder / "executed.ipynb", places.executed / f"{stem}.ipynb"),
        (folder / "record.json", places.record / f"{stem}.json"),
    ]
    _put_in_place(_stage(moves, stem))
    kept = {path.name for path in figures}
    for old in places.figures.glob(f"{stem}__*"):
        if old.name not in kept:
            old.unlink()
    (places.executed / f"{stem}.failed.ipynb").unlink(missing_ok=True)


def _stage(moves: Sequence[tuple[Path, Path]], stem: str) -> list[tuple[Path, Path]]:
    """Bring files beside their places, under other names, all or none.

    What can go wrong, a full disk or a folder that may not be written to, does so here, when
    nothing is changed yet. After a power cut what is in place must not be empty: so they are
    written to the disk.
    """
    for folder in {target.parent for _, target in moves}:
        for left in folder.glob(f".{stem}*.part"):  # of a run that was killed
            left.unlink()
    staged = []
    try:
        for source, target in moves:
            part = target.with_name(f".{target.name}.part")
            staged.append((part, target))
            with source.open("rb+") as stream:
                os.fsync(stream.fileno())
            os.utime(source)  # make takes the present for the date of the run
            try:
                os.replace(source, part)
            except OSError:  # another file system
                _copy(source, part)
    except BaseException:
        for part, _ in staged:
            part.unlink(missing_ok=True)
        raise
    return staged


def _put_in_place(staged: Sequence[tuple[Path, Path]]) -> None:
    """Give staged files their names; when one cannot take its, those before it give theirs back."""
    before: list[tuple[Path, Path | None]] = []
    done = 0
    try:
        for part, target in staged:
            before.append((target, _second_name(target)))
            os.replace(part, target)
            done += 1
    except BaseException:
        for target, other in before[:done]:
            if other is None:
                target.unlink()
            else:
                os.replace(other, target)
        for part, _ in staged:
            part.unlink(missing_ok=True)
        raise
    finally:
        for _, other in before:
            if other is not None:
                other.unlink(missing_ok=True)


def _second_name(path: Path) -> Path | None:
    """Return another name for a file, under which it stays when the first is taken over."""
    if not path.exists():
        return None
    other = path.with_name(f".{path.name}.before.part")
    other.unlink(missing_ok=True)
    try:
        os.link(path, other)
    except OSError:  # not every file system can
        shutil.copy2(path, other)
    return other


def _copy(source: Path, target: Path) -> None:
    """Copy a file to the disk of another file system."""
    with source.open("rb") as old, target.open("wb") as new:
        shutil.copyfileobj(old, new)
        new.flush()
        os.fsync(new.fileno())


def make_record(folder: Path, notebook: Path, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a run's figures were made from.

    Parameters
    ----------
    folder : Path
        The run's folder.
    notebook : Path
        The notebook that was run.
    parameters : mapping
        All its parameters with the values they had.

    Returns
    -------
    dict
        ``figures`` (texts by name), ``inputs`` (sha256 of each data and package file used, of the
        notebook's source, of the lock file), ``outputs`` (sha256 of each figure file and of the
        values) and ``parameters``.
    """
    used = json.loads((folder / tracing.FILE).read_text(encoding="utf-8"))
    source = cleaned(json.loads(notebook.read_text(encoding="utf-8"))).encode("utf-8")
    return {
        "figures": json.loads((folder / "figures.json").read_text(encoding="utf-8")),
        "inputs": {
            "data": {path: digest_of(path) for path in used["data"]},
            "package": {path: sha256(ROOT / path) for path in used["package"]},
            "notebook": hashlib.sha256(source).hexdigest(),
            "environment": sha256(LOCK_FILE) if LOCK_FILE.exists() else "",
        },
        "outputs": {
            "figures": {path.name: sha256(path) for path in sorted((folder / "figures").glob("*"))},
            "values": sha256(folder / "values.json"),
        },
        "parameters": dict(parameters),
    }


def write_manifest(places: Places) -> Path:
    """Write the manifest of all figures from the records of the runs.

    Parameters
    ----------
    places : Places
        Whose figures.

    Returns
    -------
    Path
        ``manifest.json`` beside the figures: for each its texts, the sha256 of its files, and of
        the data, the notebook's source, the parameters, the package and the environment. What it
        said of notebooks that were not run in this clone is kept.
    """
    target = places.figures / "manifest.json"
    records = [path for path in sorted(places.record.glob("*.json")) if _has_notebook(path.stem)]
    ran = {path.stem for path in records}
    manifest = {
        name: entry
        for name, entry in _earlier(target).items()
        if (stem := name.partition("__")[0]) not in ran and _has_notebook(stem)
    }
    for path in records:
        record = json.loads(path.read_text(encoding="utf-8"))
        for name, texts in sorted(record["figures"].items()):
            manifest[f"{path.stem}__{name}"] = texts | {
                "notebook": f"notebooks/{path.stem}.ipynb",
                "files": {
                    kind: sha256(file)
                    for kind in ("svg", "png", "csv")
                    # One that was deleted is brought back by a later run of this make.
                    if (file := places.figures / f"{path.stem}__{name}.{kind}").exists()
                },
                "made_from": digests(record),
            }
            if "outputs" in record:  # records of earlier versions do not say
                manifest[f"{path.stem}__{name}"]["values_sha256"] = record["outputs"]["values"]
    if not write_if_changed(target, _json(manifest)):
        os.utime(target)  # make asks for its date
    return target


def _has_notebook(stem: str) -> bool:
    return (NOTEBOOKS / f"{stem}.ipynb").exists()


def _earlier(manifest: Path) -> dict[str, Any]:
    """Return what a manifest says so far; nothing when there is none, or half of one."""
    try:
        return dict(json.loads(manifest.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return {}


def digests(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return one sha256 for each kind of input of a run, as the manifest keeps them.

    Parameters
    ----------
    record : mapping
        What ``make_record`` returned.

    Returns
    -------
    dict
        ``data`` (a sha256 for each file), ``notebook_sha256``, ``package_sha256`` (of the digests
        of all files used), ``environment_sha256`` and ``parameters``.
    """
    inputs = record["inputs"]
    return {
        "data": inputs["data"],
        "notebook_sha256": inputs["notebook"],
        "package_sha256": hashlib.sha256(_json(inputs["package"]).encode()).hexdigest(),
        "environment_sha256": inputs["environment"],
        "parameters": record["parameters"],
    }


def sha256(path: Path) -> str:
    """Return the sha256 of a file.

    Parameters
    ----------
    path : Path
        Any file.

    Returns
    -------
    str
        64 hexadecimal digits.
    """
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def digest_of(name: str, root: Path = ROOT) -> str:
    """Return the digest of one input of a record.

    Parameters
    ----------
    name : str
        Path in the project; a folder, whose files by name are an input, ends with ``/``.
    root : Path
        Top folder of the clone.

    Returns
    -------
    str
        64 hexadecimal digits, nothing when it is not there.
    """
    path = root / name
    if not name.endswith("/"):
        return sha256(path) if path.is_file() else ""
    files = (file for file in path.rglob("*") if file.is_file())
    return listing_digest(name, (file.relative_to(root).as_posix() for file in files))


def listing_digest(folder: str, names: Iterable[str]) -> str:
    """Return the sha256 of which files a folder holds.

    Parameters
    ----------
    folder : str
        Path in the project, with ``/`` at the end.
    names : iterable of str
        Paths of files in the project, those elsewhere included.

    Returns
    -------
    str
        64 hexadecimal digits; nothing when there is none. What no run depends on, such as imported
        tables and files whose name begins with a dot, does not count.

    Examples
    --------
    >>> one = listing_digest("data/parts/", ["data/parts/1.csv", "data/2.csv"])
    >>> one == listing_digest("data/parts/", ["data/parts/1.csv", "data/parts/.hidden"])
    True
    """
    inside = sorted(
        name
        for name in names
        if name.startswith(folder)
        and not name.startswith(PASSED_OVER)
        and not name.rpartition("/")[2].startswith(".")
    )
    return hashlib.sha256("\n".join(inside).encode()).hexdigest() if inside else ""


def _json(content: Any) -> str:
    return json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
