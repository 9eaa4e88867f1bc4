"""A new incident into the tables: validated with everything else first, then written at once."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

from sahelstats.curation.addition import Addition, complete
from sahelstats.curation.curated import nearest
from sahelstats.curation.lines import insert_rows
from sahelstats.curation.transaction import exclusive, write_together
from sahelstats.paths import CURATED, shown
from sahelstats.tables.faults import Fault, TableError
from sahelstats.tables.reading import read_text
from sahelstats.tables.schema import CURATED_TABLES, Table
from sahelstats.validation.folder import validate

TABLES: dict[str, Table] = {table.name: table for table in CURATED_TABLES}
#: Table -> what one of its rows is called in a message.
NOUNS = {"incidents": "incident", "claims": "claim", "sources": "source", "actors": "actor"}


def add_incident(addition: Addition, folder: Path | str | None = None) -> dict[str, int]:
    """Add an incident with its claims to the curated tables.

    The tables with the addition are validated as a whole in a copy; only when they are clean are
    the files replaced, all or none (see `transaction`). Existing lines stay byte for byte.

    Parameters
    ----------
    addition : Addition
        What to add; defaults are filled in as `addition.complete` says.
    folder : Path or str, optional
        Default ``data/curated``.

    Returns
    -------
    dict
        Table name -> number of rows added.

    Raises
    ------
    TableError
        Lists every fault; nothing was written then.

    Examples
    --------
    >>> add_incident(Addition({"incident_id": "MLI-20220327-moura"}))
    Traceback (most recent call last):
    ...
    sahelstats.tables.faults.TableError: 1 fault in new incident:
      new incident, column incident_id: is in incidents.csv already (found 'MLI-20220327-moura'). \
Give it another id, or edit the tables by hand.
    """
    folder = CURATED if folder is None else Path(folder)
    addition = complete(addition)
    # Held from reading to writing: what another run adds in between would be lost.
    with exclusive(folder):
        if conflicts := _known_already(addition, folder) + _strangers(addition):
            raise TableError(conflicts)
        files = compose(addition, folder)
        if faults := check(addition, files, folder):
            raise TableError(faults)
        write_together(folder, files)
    return {name: len(rows) for name, rows in addition.rows().items()}


def _known_already(addition: Addition, folder: Path) -> list[Fault]:
    """Return what the tables hold already: adding it would give confusing faults later."""
    faults = []
    for name, rows in addition.rows().items():
        key = TABLES[name].key[0]
        if name == "claims":
            continue
        known = set(read_text(folder / f"{name}.csv", TABLES[name])[key])
        for row in rows:
            if row.get(key) in known:
                remedy = (
                    "Give it another id, or edit the tables by hand."
                    if name == "incidents"
                    else "Leave it out of the addition."
                )
                noun, rule = f"new {NOUNS[name]}", f"is in {name}.csv already"
                faults.append(Fault(noun, None, key, row[key], rule, remedy))
    return faults


def _strangers(addition: Addition) -> list[Fault]:
    """Return claims on another incident than the one that is added."""
    own = addition.incident.get("incident_id", "")
    return [
        Fault(
            f"new claim {claim['claim_no']}", None, "incident_id", claim["incident_id"],
            "is not the incident that is added", f"Leave it out, or write {own}.",
        )
        for claim in addition.claims
        if claim["incident_id"] != own
    ]  # fmt: skip


def compose(addition: Addition, folder: Path) -> dict[str, bytes]:
    """Return the content of every file that the addition changes.

    Parameters
    ----------
    addition : Addition
        Complete.
    folder : Path
        With the tables as they are.

    Returns
    -------
    dict
        File name -> content.
    """
    files = {}
    for name, rows in addition.rows().items():
        table = TABLES[name]
        full = [{column: row.get(column, "") for column in table.column_names} for row in rows]
        files[f"{name}.csv"] = insert_rows((folder / f"{name}.csv").read_bytes(), full, table)
    return files


def check(addition: Addition, files: dict[str, bytes], folder: Path) -> list[Fault]:
    """Return every fault that the folder would have with the new files.

    Parameters
    ----------
    addition : Addition
        What is new in them.
    files : dict
        As `compose` returns them.
    folder : Path
        The folder as it is; it is not touched.

    Returns
    -------
    list of Fault
        Faults of new rows name the new incident, claim, source or actor instead of a file.
    """
    with tempfile.TemporaryDirectory() as place:
        copy = Path(place)
        for table in CURATED_TABLES:
            if (folder / table.path.name).exists():
                shutil.copyfile(folder / table.path.name, copy / table.path.name)
        for name, content in files.items():
            (copy / name).write_bytes(content)
        try:
            validate(copy)
        except TableError as error:
            return _renamed(error.faults, addition, copy, folder)
    return []


def _renamed(faults: list[Fault], addition: Addition, copy: Path, folder: Path) -> list[Fault]:
    """Return the faults of the copy in terms of the folder and the addition."""
    names = {shown(copy / table.path.name): table.path.name for table in CURATED_TABLES}
    new = _new_rows(addition, copy)
    renamed = []
    for fault in faults:
        name = names.get(fault.file, fault.file)
        where = new.get((name, fault.row))
        if where is not None:
            fault = replace(fault, file=where, row=None, remedy=_remedy(fault, copy))
        else:
            fault = replace(fault, file=shown(folder / name))
        renamed.append(fault)
    return renamed


def _new_rows(addition: Addition, copy: Path) -> dict[tuple[str, int | None], str]:
    """Return (file, spreadsheet row) -> what the new row there is called."""
    found: dict[tuple[str, int | None], str] = {}
    for name, rows in addition.rows().items():
        table = TABLES[name]
        try:
            text = read_text(copy / f"{name}.csv", table)
        except TableError:
            continue  # the file was broken before: its faults are told as they are
        wanted = {tuple(row.get(key, "") for key in table.key) for row in rows}
        keys = zip(*(text[key] for key in table.key), strict=True)
        for number, key in enumerate(keys, start=2):
            if key in wanted:
                which = "" if name == "incidents" else f" {key[-1]}"
                found[f"{name}.csv", number] = f"new {NOUNS[name]}{which}"
    return found


def _remedy(fault: Fault, copy: Path) -> str:
    """Return what to do about a fault of a new row: a name that is not known has its likes."""
    for target in ("sources", "actors"):
        if fault.rule == f"is not in {target}.csv":
            table = TABLES[target]
            known = list(read_text(copy / f"{target}.csv", table)[table.key[0]])
            near = nearest(fault.value, known, 3)
            hint = f"Nearest: {', '.join(near)}. " if near else ""
            return f'{hint}A new one goes under "{target}".'
    return fault.remedy
