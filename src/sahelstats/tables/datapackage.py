"""The schema as a Frictionless data package, and as the codebook in the data sheet."""

from __future__ import annotations

import json
from typing import Any

from sahelstats.tables.columns import PATTERNS
from sahelstats.tables.schema import ALL_TABLES, Column, Table

_TYPES = {
    "text": "string",
    "category": "string",
    "partial_date": "string",
    "integer": "integer",
    "number": "number",
    "boolean": "boolean",
    "date": "date",
}

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


def codebook_markdown() -> str:
    """Return every table, column and allowed value as Markdown for the data sheet.

    Returns
    -------
    str
        A section for each table, and one for each enumeration below.
    """
    parts = []
    enumerations: dict[str, dict[str, str]] = {}
    for table in ALL_TABLES:
        parts.append(f"### data/{table.path.as_posix()}\n\nOne row is {table.row}.\n")
        parts.append("| column | what it says | unit or values |\n|---|---|---|")
        for column in table.columns:
            empty = "" if column.required else " May be empty."
            parts.append(f"| `{column.name}` | {column.meaning}{empty} | {_holds(column)} |")
            if column.values:
                enumerations[column.name] = column.values
        parts.append("")
    parts.append("### Values of the enumerations\n")
    for name, values in enumerations.items():
        parts.append(f"**`{name}`**\n")
        parts += [f"* `{value}`: {meaning}" for value, meaning in values.items()]
        parts.append("")
    return "\n".join(parts)


def _holds(column: Column) -> str:
    if column.values:
        return f"one of {len(column.values)} values, see `{column.name}` below"
    return column.unit or column.kind.replace("_", " ")
