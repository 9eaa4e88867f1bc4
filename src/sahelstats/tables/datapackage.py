"""The schema as a Frictionless data package, and as the codebook in the data sheet."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Mapping
from typing import Any

import pandas as pd

from sahelstats.paths import DATA
from sahelstats.tables import vocabulary as v
from sahelstats.tables.columns import PATTERNS
from sahelstats.tables.loading import load_claims, load_table
from sahelstats.tables.schema import (
    ACTORS,
    ALL_TABLES,
    CLAIMS,
    INCIDENTS,
    PLACES,
    SOURCES,
    Column,
    Table,
)

_TYPES = {
    "text": "string",
    "category": "string",
    "partial_date": "string",
    "integer": "integer",
    "number": "number",
    "boolean": "boolean",
    "date": "date",
}

#: Coded columns that are stored as numbers, or hold several codes: column -> code -> meaning.
_CODES = {"geo_precision": v.GEO_PRECISION, "quirk": v.QUIRK}

#: How a figure of each qualifier is put into words.
_IN_WORDS = {
    "exact": "{best}",
    "range": "{low} to {high}",
    "at_least": "at least {low}",
    "more_than": "more than {low}",
    "about": "about {best}",
    "nearly": "nearly {best}",
    "up_to": "up to {high}",
    "dozens": "an unstated number",
}

#: (column, value) -> an example in words.
Examples = Mapping[tuple[str, str], str]

_LICENCE = {
    "name": "CC-BY-4.0",
    "path": "https://creativecommons.org/licenses/by/4.0/",
    "title": "Creative Commons Attribution 4.0",
}


def datapackage() -> dict[str, Any]:
    """Return the descriptor of the project's tables.

    Returns
    -------
    dict
        A Frictionless data package: every table with its columns, types, units, allowed values,
        meanings, keys and references.

    Examples
    --------
    >>> datapackage()["resources"][0]["path"]
    'incidents.csv'
    """
    return {
        "profile": "tabular-data-package",
        "name": "sahelstats",
        "title": "Attacks in the Sahel conflict and who said how many died",
        "licenses": [_LICENCE],
        "resources": [_resource(table) for table in ALL_TABLES],
    }


def datapackage_json() -> str:
    """Return the descriptor as text with stable bytes."""
    return json.dumps(datapackage(), indent=1, ensure_ascii=False) + "\n"


def _resource(table: Table) -> dict[str, Any]:
    """Return one table as a resource."""
    schema: dict[str, Any] = {
        "fields": [_field(column) for column in table.columns],
        "primaryKey": list(table.key),
        "missingValues": [""],
    }
    # A cell with several names cannot be a foreign key there; `sahelstats validate` checks it.
    references = [
        {"fields": [column], "reference": {"resource": target, "fields": [key]}}
        for column, (target, key) in table.references.items()
        if column != "actors"
    ]
    if references:
        schema["foreignKeys"] = references
    return {
        "profile": "tabular-data-resource",
        "name": table.name,
        "path": table.path.as_posix(),
        "description": f"One row is {table.row}.",
        "encoding": "utf-8",
        "format": "csv",
        "schema": schema,
    }


def _field(column: Column) -> dict[str, Any]:
    """Return one column as a field."""
    field: dict[str, Any] = {
        "name": column.name,
        "type": _TYPES[column.kind],
        "description": column.meaning,
    }
    if column.unit:
        field["unit"] = column.unit
    if column.kind == "boolean":
        field |= {"trueValues": ["True"], "falseValues": ["False"]}
    limits: dict[str, Any] = {"required": True} if column.required else {}
    if column.values:
        limits["enum"] = list(column.values)
        field["meanings"] = dict(column.values)
    if column.minimum is not None:
        limits["minimum"] = column.minimum
    if column.maximum is not None:
        limits["maximum"] = column.maximum
    pattern = column.pattern or (
        PATTERNS["partial_date"] if column.kind == "partial_date" else None
    )
    if pattern:
        limits["pattern"] = pattern
    if limits:
        field["constraints"] = limits
    return field


def codebook_markdown(examples: Examples | None = None) -> str:
    """Return every table, column and allowed value as Markdown for the data sheet.

    Parameters
    ----------
    examples : mapping, optional
        (column, value) -> an example in words, as ``value_examples`` returns them; a value that
        has none is said to be in no row.

    Returns
    -------
    str
        A section for each table, and one for the enumerations; columns that share their values
        share an entry.

    Examples
    --------
    >>> "* `dozens`: Many, without a number: no figure at all." in codebook_markdown()
    True
    """
    parts = []
    for table in ALL_TABLES:
        parts.append(f"### data/{table.path.as_posix()}\n\nOne row is {table.row}.\n")
        parts.append("| column | what it says | unit or values |\n|---|---|---|")
        for column in table.columns:
            empty = "" if column.required else " May be empty."
            parts.append(f"| `{column.name}` | {column.meaning}{empty} | {_holds(column)} |")
        parts.append("")
    parts.append("### Values of the enumerations\n")
    for names, values in enumerations():
        parts.append(f"**{', '.join(f'`{name}`' for name in names)}**\n")
        for value, meaning in values.items():
            line = f"* `{value}`: {meaning.rstrip('.')}."
            if examples is not None:
                found = [examples[name, value] for name in names if (name, value) in examples]
                line += f" Example: {found[0]}." if found else " None in the table."
            parts.append(_wrapped(line))
        parts.append("")
    return "\n".join(parts).rstrip()


def enumerations() -> list[tuple[list[str], dict[str, str]]]:
    """Return the enumerations of all tables.

    Returns
    -------
    list of (list of str, dict)
        The columns that hold it, and each value with its meaning; in the order of the tables.

    Examples
    --------
    >>> next(names for names, values in enumerations() if "jnim" in values)
    ['actor_family', 'family']
    """
    found: list[tuple[list[str], dict[str, str]]] = []
    for column in (column for table in ALL_TABLES for column in table.columns):
        values = column.values or _CODES.get(column.name)
        if not values:
            continue
        names = next((names for names, known in found if known is values), None)
        if names is None:
            found.append(([column.name], values))
        elif column.name not in names:
            names.append(column.name)
    return found


def value_examples() -> dict[tuple[str, str], str]:
    """Return an example from the curated tables for each value of each enumeration.

    Returns
    -------
    dict
        (column, value) -> the first row in sort order that has the value, in words. Claims that
        are stated and incidents that are reviewed come before others. Values that no row has are
        missing.

    Examples
    --------
    >>> value_examples()["qualifier", "range"].count(" to ")
    1
    """
    incidents = load_table(DATA / INCIDENTS.path, INCIDENTS)
    reviewed = incidents["review"] == "reviewed"
    settled = set(incidents.loc[reviewed, "incident_id"])
    claims = load_claims(DATA / CLAIMS.path)
    judged = claims["incident_id"].isin(settled)
    stated = judged & (claims["status"] == "stated")
    found = _first_rows(INCIDENTS, incidents, [reviewed], "`" + incidents["incident_id"] + "`")
    found |= _first_rows(CLAIMS, claims, [stated, judged], claims.apply(_claim_in_words, axis=1))
    for table in (SOURCES, ACTORS, PLACES):
        frame = load_table(DATA / table.path, table)
        named = _first_rows(table, frame, [], frame[table.key[0]])
        known = {column for column, _ in found}
        found |= {key: words for key, words in named.items() if key[0] not in known}
    return found


def _first_rows(
    table: Table, frame: pd.DataFrame, preferred: list[pd.Series], words: pd.Series
) -> dict[tuple[str, str], str]:
    """Return for each value of a table's enumerations the words of the first row that has it."""
    found: dict[tuple[str, str], str] = {}
    order = frame.sort_values(list(table.key), kind="stable").index
    everything = pd.Series(True, index=frame.index)
    for column in table.columns:
        if not (column.values or column.name in _CODES):
            continue
        for rows in (*preferred, everything):
            chosen = frame.loc[order, column.name][rows.loc[order]].dropna()
            for index, value in chosen.astype(str).drop_duplicates().items():
                found.setdefault((column.name, value), words.loc[index])
    return found


def figure_in_words(claim: Mapping[str, Any] | pd.Series) -> str:
    """Return the figure of a claim or report as its claimant put it.

    Parameters
    ----------
    claim : mapping
        With ``qualifier``, ``low``, ``best``, ``high``.

    Returns
    -------
    str
        For example "at least 30"; "an unstated number" where it is given in words only.

    Examples
    --------
    >>> figure_in_words({"qualifier": "range", "low": 60, "best": 80, "high": 100})
    '60 to 100'
    """
    numbers = {part: claim[part] for part in ("low", "best", "high")}
    return _IN_WORDS[str(claim["qualifier"])].format(**numbers)


def _claim_in_words(claim: pd.Series) -> str:
    """Return where a claim stands and what it says."""
    group = "" if claim["victims"] == "all" else f" ({claim['victims']})".replace("_", " ")
    figure = f"{figure_in_words(claim)} {claim['outcome']}{group}, claimed by {claim['claimant']}"
    return f"`{claim['incident_id']}` claim {claim['claim_no']}: {figure}"


def _wrapped(line: str) -> str:
    """Return a list item in lines of at most 110 characters, names and addresses kept whole."""
    return textwrap.fill(
        line, 110, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False
    )


def _holds(column: Column) -> str:
    if column.values:
        return f"one of {len(column.values)} values, see `{column.name}` below"
    if column.name in _CODES:
        return f"code, see `{column.name}` below"
    return column.unit or column.kind.replace("_", " ")
