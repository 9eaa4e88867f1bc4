"""A new incident with its claims, and the sources and actors it brings along."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sahelstats.curation.curated import nearest
from sahelstats.tables.faults import Fault, TableError
from sahelstats.tables.schema import ACTORS, CLAIMS, INCIDENTS, SOURCES, Table

Row = dict[str, str]

#: Part of the JSON form -> its table; the incident is one object, the others are lists.
PARTS: dict[str, Table] = {
    "incident": INCIDENTS,
    "claims": CLAIMS,
    "sources": SOURCES,
    "actors": ACTORS,
}


@dataclass
class Addition:
    """What one run of ``sahelstats add`` adds.

    Attributes
    ----------
    incident : dict of str to str
        The row of ``incidents.csv``.
    claims, sources, actors : list of dict
        Rows of the other tables; the last two only when they are new.
    """

    incident: Row = field(default_factory=dict)
    claims: list[Row] = field(default_factory=list)
    sources: list[Row] = field(default_factory=list)
    actors: list[Row] = field(default_factory=list)

    def rows(self) -> dict[str, list[Row]]:
        """Return table name -> rows to add; tables without new rows are left out."""
        found = {
            "incidents": [self.incident],
            "claims": self.claims,
            "sources": self.sources,
            "actors": self.actors,
        }
        return {name: rows for name, rows in found.items() if rows}

    def to_json(self) -> str:
        """Return the addition in the form that ``--from-json`` reads."""
        parts = {"incident": self.incident, "claims": self.claims}
        parts |= {"sources": self.sources} if self.sources else {}
        parts |= {"actors": self.actors} if self.actors else {}
        return json.dumps(parts, indent=1, ensure_ascii=False) + "\n"


def read_addition(path: Path | str) -> Addition:
    """Read an addition from a JSON file.

    The form is ``{"incident": {...}, "claims": [{...}, ...], "sources": [{...}], "actors":
    [{...}]}``. Keys are the columns of the tables (see data/README.md), values text or numbers;
    a column that is absent, null or empty text is an empty cell. ``sources`` and ``actors`` hold
    only those that the tables do not know yet, and may be absent. What need not be written:

    * in the incident ``date_end`` (then ``date_start``), ``date_precision`` (day) and ``review``
      (unreviewed);
    * in a claim ``incident_id``, ``claim_no`` (then the next free number), ``source`` (then the
      claimant), ``scope`` (whole) and ``status`` (stated);
    * in a source ``party`` (then the source itself) and ``weight`` (1).

    Parameters
    ----------
    path : Path or str
        JSON file in UTF-8.

    Returns
    -------
    Addition
        With the defaults filled in.

    Raises
    ------
    TableError
        Lists what does not have the form: no JSON, unknown keys, cells that are lists.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "new.json"
    >>> _ = file.write_text('{"incident": {"place": "Gao"}, "claims": [{"low": 3}]}')
    >>> read_addition(file).claims[0]["claim_no"]
    '1'
    """
    path = Path(path)
    remedy = "`sahelstats add --help` shows the form."
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise _form_error(path, "there is no such file", remedy) from None
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise _form_error(path, f"cannot be read as JSON: {error}", remedy) from None
    if not isinstance(content, dict) or not isinstance(content.get("incident"), dict):
        raise _form_error(path, 'has no object "incident"', remedy)
    faults: list[Fault] = []
    rows = {part: _part(content.get(part), part, path, faults) for part in PARTS}
    faults += [
        Fault(str(path), None, key, "", "is no part of the form", _hint(key, list(PARTS)))
        for key in content
        if key not in PARTS
    ]
    if faults:
        raise TableError(faults)
    return complete(Addition(rows["incident"][0], rows["claims"], rows["sources"], rows["actors"]))


def complete(addition: Addition) -> Addition:
    """Return an addition with the defaults of `read_addition` filled in.

    Parameters
    ----------
    addition : Addition
        Cells may be absent.

    Returns
    -------
    Addition
        A new one.
    """
    incident = dict(addition.incident)
    _fill(incident, date_end=incident.get("date_start", ""), date_precision="day")
    _fill(incident, review="unreviewed")
    taken = {claim.get("claim_no", "") for claim in addition.claims}
    free = (str(n) for n in range(1, len(taken) + len(addition.claims) + 1) if str(n) not in taken)
    claims = []
    for given in addition.claims:
        claim = dict(given)
        _fill(claim, incident_id=incident.get("incident_id", ""), source=claim.get("claimant", ""))
        _fill(claim, scope="whole", status="stated")
        if not claim.get("claim_no"):
            claim["claim_no"] = next(free)
        claims.append(claim)
    sources = [dict(source) for source in addition.sources]
    for source in sources:
        _fill(source, party=source.get("source", ""), weight="1")
    return Addition(incident, claims, sources, [dict(actor) for actor in addition.actors])


def _fill(row: Row, **defaults: str) -> None:
    """Give cells that are empty their default."""
    for name, value in defaults.items():
        row[name] = row.get(name) or value


def _part(given: Any, part: str, path: Path, faults: list[Fault]) -> list[Row]:
    """Return one part of the form as rows of text; what does not fit is added to the faults."""
    items = [given] if part == "incident" else [] if given is None else given
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        rule = "is not a list of objects"
        faults.append(Fault(str(path), None, part, "", rule, 'Write it as [{"column": "value"}].'))
        return []
    return [_row(item, part, path, faults) for item in items]


def _row(item: Mapping[str, Any], part: str, path: Path, faults: list[Fault]) -> Row:
    """Return one object as a row of text."""
    known = PARTS[part].column_names
    row: Row = {}
    for name, value in item.items():
        where = f"{part}.{name}"
        if name not in known:
            rule = "is not a column of the table"
            faults.append(Fault(str(path), None, where, "", rule, _hint(name, known)))
        elif isinstance(value, bool) or not isinstance(value, (str, int, float, type(None))):
            rule, remedy = "is neither text nor a number", "Write text, a number or null."
            faults.append(Fault(str(path), None, where, str(value), rule, remedy))
        elif isinstance(value, str) and len(value.splitlines()) > 1:
            rule, remedy = "holds a line break", "Write it in one line."
            faults.append(Fault(str(path), None, where, value, rule, remedy))
        else:
            row[name] = "" if value is None else str(value)
    return row


def _hint(name: str, known: list[str]) -> str:
    """Return the nearest known name as a remedy."""
    near = nearest(name, known, 1)
    return f"Nearest: {near[0]}." if near else f"Known: {', '.join(known)}."


def _form_error(path: Path, rule: str, remedy: str) -> TableError:
    """Return the error of a file that does not have the form."""
    return TableError([Fault(str(path), None, "", "", rule, remedy)])
