"""What a result was made from against what is there now: whether a run would say anything new."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sahelstats.paths import DATA, ROOT
from sahelstats.rerun.contract import Contract
from sahelstats.rerun.inputs import cleaned
from sahelstats.rerun.publishing import LOCK_FILE, Places, digest_of, sha256

#: Kinds of inputs in the order in which people look for a cause.
KINDS = ("data", "notebook", "package", "parameters", "environment")


@dataclass(frozen=True)
class Change:
    """One input that is not what it was.

    Attributes
    ----------
    kind : str
        One of ``KINDS``, or ``results`` for a file of the results themselves.
    what : str
        Which of them, in words; empty where there is but one.
    """

    kind: str
    what: str = ""

    def __str__(self) -> str:
        """Return the change as a message shows it."""
        return f"{self.kind} ({self.what})" if self.what else self.kind


class Present:
    """The digests of the files as they are now; each file is read once.

    Parameters
    ----------
    root : Path
        Top folder of the clone.
    """

    def __init__(self, root: Path = ROOT) -> None:
        self.root = root
        self._known: dict[Path, str] = {}

    def of(self, path: Path | str) -> str:
        """Return the sha256 of a file or folder's names, empty when there is none.

        Parameters
        ----------
        path : Path or str
            Absolute, or relative to the clone; a folder ends with ``/``.

        Returns
        -------
        str
            64 hexadecimal digits, or nothing.
        """
        file = self.root / path
        if file not in self._known:
            self._known[file] = digest_of(str(path), self.root)
        return self._known[file]

    def inputs(self, record: Mapping[str, Any], contract: Contract) -> dict[str, Any]:
        """Return a record's inputs as they are now.

        Parameters
        ----------
        record : mapping
            Of an earlier run: names the files that are looked at.
        contract : Contract
            The notebook as it is now.

        Returns
        -------
        dict
            In the form of the record's ``inputs``.
        """
        was = record["inputs"]
        return {
            "data": {path: self.of(path) for path in was["data"]},
            "package": {path: self.of(path) for path in was["package"]},
            "notebook": notebook_digest(contract.path),
            "environment": self.of(LOCK_FILE),
        }


def notebook_digest(path: Path) -> str:
    """Return the sha256 of what of a notebook decides its results.

    Parameters
    ----------
    path : Path
        An ``.ipynb`` file.

    Returns
    -------
    str
        64 hexadecimal digits; outputs and editor state do not change them.
    """
    source = cleaned(json.loads(path.read_text(encoding="utf-8")))
    return hashlib.sha256(source.encode("utf-8")).hexdigest()


def input_changes(was: Mapping[str, Any], now: Mapping[str, Any]) -> list[Change]:
    """Return which inputs of two runs differ.

    Parameters
    ----------
    was, now : mapping
        ``data``, ``package`` (each file -> sha256, or one sha256 for all), ``notebook``,
        ``environment`` and ``parameters`` of a run.

    Returns
    -------
    list of Change
        In the order of ``KINDS``.

    Examples
    --------
    >>> was = {"data": {"a.csv": "1"}, "notebook": "2", "parameters": {"n": 3}}
    >>> now = {"data": {"a.csv": "9"}, "notebook": "2", "parameters": {"n": 4}}
    >>> [str(change) for change in input_changes(was, now)]
    ['data (a.csv)', 'parameters (n: 3 -> 4)']
    """
    found = []
    for kind in KINDS:
        before, after = was.get(kind), now.get(kind)
        if before == after:
            continue
        if not (isinstance(before, Mapping) and isinstance(after, Mapping)):
            found.append(Change(kind))
            continue
        for name in sorted({*before, *after}):
            if before.get(name) != after.get(name) or (name in before) != (name in after):
                found.append(Change(kind, _named(kind, name, before, after)))
    return found


def _named(kind: str, name: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """Return which file or parameter differs, and how."""
    if kind == "parameters":
        old, new = (repr(side[name]) if name in side else "none" for side in (before, after))
        return f"{name}: {old} -> {new}"
    if not before.get(name):
        return f"{name}: not used before" if name not in before else f"{name}: new"
    if not after.get(name):
        return f"{name}: no longer used" if name not in after else f"{name}: no longer there"
    return name


def reasons_to_run(
    contract: Contract, settings: Mapping[str, Any], places: Places, present: Present
) -> list[Change]:
    """Return why the results of a run cannot stand for a new one.

    Parameters
    ----------
    contract : Contract
        The notebook.
    settings : mapping
        Parameters that differ from its defaults.
    places : Places
        Where its results are, if it was run.
    present : Present
        Digests of what is there now.

    Returns
    -------
    list of Change
        Nothing when every input and every result is what the last run left: then a run is spared.
    """
    record = read_record(places, contract.stem)
    if record is None:
        return [Change("results", "none yet")]
    parameters = contract.parameters | dict(settings)
    was = record["inputs"] | {"parameters": record["parameters"]}
    now = present.inputs(record, contract) | {"parameters": parameters}
    unseen = [
        Change("data", f"{name}: {value} lies outside {DATA.name}/, its content is not recorded")
        for name, value in outside_files(parameters)
    ]
    return input_changes(was, now) + unseen + list(_altered(record, contract.stem, places))


def read_record(places: Places, stem: str) -> dict[str, Any] | None:
    """Return the record of a notebook's last successful run.

    Parameters
    ----------
    places : Places
        Where its results are.
    stem : str
        The notebook.

    Returns
    -------
    dict or None
        None when there is none, or one of an earlier version that says less.
    """
    try:
        record = json.loads((places.record / f"{stem}.json").read_text(encoding="utf-8"))
        complete = {"data", "package", "notebook", "environment"} <= set(record["inputs"])
        complete &= {"figures", "values"} <= set(record["outputs"]) and "parameters" in record
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return record if complete else None


def outside_files(parameters: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the parameters that name a file outside ``data/``, of which no record is kept.

    Parameters
    ----------
    parameters : mapping
        Name -> value.

    Returns
    -------
    list of tuple of str
        Name and value.

    Examples
    --------
    >>> outside_files({"incidents_path": "data/incidents.csv", "model": "claims", "x": "README.md"})
    [('x', 'README.md')]
    """
    return [
        (name, value)
        for name, value in parameters.items()
        if isinstance(value, str) and _is_file(value) and not _is_data(value)
    ]


def _is_file(text: str) -> bool:
    """Return whether a text names a file or folder, rather than being a word that one is called."""
    try:
        path = ROOT / text
        return path.is_file() or (path.is_dir() and "/" in text)
    except (OSError, ValueError):  # too long, or with a null byte: no path
        return False


def _is_data(text: str) -> bool:
    return (ROOT / text).resolve().is_relative_to(DATA.resolve())


def _altered(record: Mapping[str, Any], stem: str, places: Places) -> Iterator[Change]:
    """Yield the result files that are missing, or are not what the run wrote."""
    outputs = record["outputs"]
    wanted = {places.figures / name: digest for name, digest in outputs["figures"].items()}
    wanted[places.values / f"{stem}.json"] = outputs["values"]
    for path, digest in wanted.items():
        if not path.is_file():
            yield Change("results", f"{path.name}: missing")
        elif sha256(path) != digest:
            yield Change("results", f"{path.name}: altered")
    if not (places.executed / f"{stem}.ipynb").is_file():
        yield Change("results", f"{stem}.ipynb: missing")
