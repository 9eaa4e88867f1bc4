"""The schema as a pandera schema, and its failures as faults."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from sahelstats.paths import shown
from sahelstats.tables.columns import REMEDIES, typed
from sahelstats.tables.faults import Fault
from sahelstats.tables.rules import Rule, rules_of
from sahelstats.tables.schema import Column, Table

if TYPE_CHECKING:
    import pandera.pandas as pa

BLANKS = r"^\s|\s$"


def pandera_schema(table: Table) -> pa.DataFrameSchema:
    """Return the table's schema in pandera's terms.

    Parameters
    ----------
    table : Table
        Any table of the schema.

    Returns
    -------
    pandera.pandas.DataFrameSchema
        For the typed frame: presence, bounds, patterns, the unique key and the row rules; units
        and meanings travel along as descriptions and metadata.

    Examples
    --------
    >>> from sahelstats.tables.schema import ACTORS
    >>> list(pandera_schema(ACTORS).columns)
    ['actor', 'family', 'country', 'note']
    """
    import pandera.pandas as pa

    return pa.DataFrameSchema(
        {
            column.name: _pandera_column(column, column.name in table.key)
            for column in table.columns
        },
        # The name comes back as what failed: what a rule says is not unique.
        checks=[pa.Check(rule.test, name=rule.name, error=rule.name) for rule in rules_of(table)],
        unique=list(table.key),
        strict=True,
        name=table.name,
        description=f"One row is {table.row}.",
    )


def _pandera_column(column: Column, in_key: bool) -> Any:
    """Return one column in pandera's terms."""
    import pandera.pandas as pa

    checks = []
    if column.minimum is not None:
        checks.append(pa.Check.ge(column.minimum, name="minimum"))
    if column.maximum is not None:
        checks.append(pa.Check.le(column.maximum, name="maximum"))
    if column.pattern is not None:
        # pandera's str_matches anchors at the start only.
        checks.append(pa.Check.str_matches(f"(?:{column.pattern})$", name="pattern"))
    return pa.Column(
        None,
        checks,
        nullable=not (column.required or in_key),
        description=column.meaning,
        metadata={"unit": column.unit, "values": column.values},
    )


def table_faults(text: pd.DataFrame, table: Table, path: Path | str) -> list[Fault]:
    """Return every fault that a table shows by itself, in file order.

    Parameters
    ----------
    text : DataFrame of str
        As ``read_text`` returns it.
    table : Table
        Its schema.
    path : Path or str
        Where it came from, for the messages.

    Returns
    -------
    list of Fault
        Empty when the table is clean.
    """
    frame, bad = typed(text, table)
    faults = _text_faults(text, bad, table, path) + _pandera_faults(frame, bad, text, table, path)
    order = {name: position for position, name in enumerate(table.column_names)}
    return sorted(faults, key=lambda fault: (fault.row or 0, order.get(fault.column, -1)))


def _text_faults(
    text: pd.DataFrame, bad: pd.DataFrame, table: Table, path: Path | str
) -> list[Fault]:
    """Return cells whose text is no value of their kind, or has blanks around it."""
    faults = []
    for column in table.columns:
        cells = text[column.name]
        for row in text.index[bad[column.name]]:
            faults.append(_kind_fault(column, cells[row], int(row), path))
        padded = cells.str.contains(BLANKS, regex=True) & ~bad[column.name]
        for row in text.index[padded]:
            rule, remedy = "has a blank before or after it", "Remove the blank."
            faults.append(Fault(shown(path), int(row) + 2, column.name, cells[row], rule, remedy))
    return faults


def _kind_fault(column: Column, value: str, row: int, path: Path | str) -> Fault:
    """Return the fault of one cell that is no value of its column's kind."""
    if column.kind == "category":
        allowed = ", ".join(column.values) if len(column.values) <= 15 else "see data/README.md"
        rule, remedy = "is not one of the allowed values", f"Allowed: {allowed}."
    else:
        article = "an" if column.kind == "integer" else "a"
        rule = f"is not {article} {column.kind.replace('_', ' ')}"
        remedy = REMEDIES[column.kind]
    return Fault(shown(path), row + 2, column.name, value, rule, remedy)


def _pandera_faults(
    frame: pd.DataFrame, bad: pd.DataFrame, text: pd.DataFrame, table: Table, path: Path | str
) -> list[Fault]:
    """Return what pandera finds in the typed frame, one fault for each row and rule."""
    from pandera.errors import SchemaErrors

    try:
        pandera_schema(table).validate(frame, lazy=True)
    except SchemaErrors as error:
        cases = error.failure_cases
    else:
        return []
    rules = {rule.name: rule for rule in rules_of(table)}
    faults: dict[tuple[int, str, str], Fault] = {}
    for name, check, row in zip(cases["column"], cases["check"], cases["index"], strict=True):
        if row is None or pd.isna(row):
            raise RuntimeError(f"the schema of {table.name} itself fails: {cases.to_string()}")
        fault = _fault_of_case(str(name), str(check), int(row), text, table, rules, path)
        read = rules[check].counts_empty if check in rules else ()
        if any(bool(bad.at[int(row), column]) for column in (fault.column, *read)):
            continue  # already told that the text itself is no value
        faults.setdefault((int(row), fault.column, fault.rule), fault)
    return list(faults.values())


def _fault_of_case(
    name: str, check: str, row: int, text: pd.DataFrame, table: Table, rules: dict[str, Rule],
    path: Path | str,
) -> Fault:  # fmt: skip
    """Return one failure of pandera as a fault in the table's own words."""
    if broken := rules.get(check):
        value = text.at[row, broken.column]
        return Fault(shown(path), row + 2, broken.column, value, broken.broken, broken.remedy)
    if "unique" in check:
        value = " ".join(text.at[row, key] for key in table.key)
        rule, remedy = "stands in the table twice", "Remove one row or give it its own id."
        return Fault(shown(path), row + 2, table.key[-1], value, rule, remedy)
    column = table[name]
    value = text.at[row, name]
    if check == "not_nullable":
        return Fault(shown(path), row + 2, name, "", "is empty", f"Fill it in: {column.meaning}")
    if check.startswith(("minimum", "greater", "maximum", "less")):
        bounds = f"{column.minimum:g} or more" if column.minimum is not None else ""
        bounds += (
            f"{' and ' if bounds else ''}{column.maximum:g} or less"
            if column.maximum is not None
            else ""
        )
        return Fault(shown(path), row + 2, name, value, "is out of range", f"It must be {bounds}.")
    what = "a web address" if "url" in name else f"of the form {column.pattern}"
    return Fault(shown(path), row + 2, name, value, "is not well formed", f"It must be {what}.")
