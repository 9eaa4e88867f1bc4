"""Whether a file, or the whole folder of curated tables, keeps every rule."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from sahelstats.boundaries import MAX_KM_OUTSIDE, km_outside
from sahelstats.paths import CURATED, shown
from sahelstats.tables.checks import table_faults
from sahelstats.tables.columns import last_day, typed
from sahelstats.tables.faults import Fault, TableError, file_fault
from sahelstats.tables.reading import read_text
from sahelstats.tables.rules import names_quirk
from sahelstats.tables.schema import ALL_TABLES, CURATED_TABLES, TIDY, Table
from sahelstats.validation.audit import audit_faults

Texts = dict[str, pd.DataFrame]


def validate(path: Path | str | None = None) -> dict[str, int]:
    """Check a table, or the folder of curated tables with their cross-references.

    Parameters
    ----------
    path : Path or str, optional
        A folder with the curated tables (default ``data/curated``), or one CSV file of the schema.

    Returns
    -------
    dict
        Table name -> number of rows, when everything is clean.

    Raises
    ------
    TableError
        Lists every fault: file, spreadsheet row, column, value, rule and what to do.

    Examples
    --------
    >>> validate()["incidents"] >= 400
    True
    """
    path = CURATED if path is None else Path(path)
    tables = (
        {path / table.path.name: table for table in CURATED_TABLES}
        if path.is_dir()
        else {path: table_of(path)}
    )
    texts: Texts = {}
    faults: list[Fault] = []
    for file, table in tables.items():
        try:
            texts[table.name] = read_text(file, table)
        except TableError as error:
            faults += error.faults
            continue
        faults += table_faults(texts[table.name], table, file)
        faults += _place_faults(texts[table.name], table, file)
    if path.is_dir():
        faults += _reference_faults(texts, path) + _report_date_faults(texts, path)
        faults += audit_faults(texts, path, faults)
    if faults:
        raise TableError(faults)
    return {name: len(text) for name, text in texts.items()}


def table_of(path: Path) -> Table:
    """Return the schema that a file is meant to follow, by its columns, else by its name.

    Parameters
    ----------
    path : Path
        A CSV file.

    Returns
    -------
    Table
        The schema that shares most columns with its header.

    Raises
    ------
    TableError
        When the file is missing or shares no column with any schema.
    """
    if not path.exists():
        remedy = "Name the folder data/curated or a CSV file of the schema."
        raise TableError([file_fault(path, "there is no such file or folder", remedy)])
    with path.open("rb") as stream:
        line = stream.readline(100_000).decode("utf-8-sig", errors="replace")
    names = {name.strip().strip('"') for name in line.replace(";", ",").split(",")}

    def likeness(table: Table) -> float:
        own = set(table.column_names)
        return len(own & names) / len(own | names)

    best = max(ALL_TABLES, key=likeness)
    if likeness(best) > 0:
        return best
    return next((table for table in CURATED_TABLES if table.path.name == path.name), TIDY)


def _place_faults(text: pd.DataFrame, table: Table, file: Path) -> list[Fault]:
    """Return rows whose point lies outside their country, and say when it is merely swapped."""
    names = ("latitude", "longitude", "country")
    if not set(names) <= set(table.column_names):
        return []
    frame, _ = typed(text, replace(table, columns=tuple(table[name] for name in names)))
    rows = frame.index[
        frame["latitude"].notna() & frame["longitude"].notna() & frame["country"].notna()
    ]
    latitude, longitude = (
        frame.loc[rows, name].to_numpy(float) for name in ("latitude", "longitude")
    )
    country = frame.loc[rows, "country"].astype(str).to_numpy()
    valid = (np.abs(latitude) <= 90) & (np.abs(longitude) <= 180)
    if "quirk" in text:
        valid &= ~names_quirk(text.loc[rows], "outside_country").to_numpy()
    rows, latitude, longitude, country = (
        rows[valid],
        latitude[valid],
        longitude[valid],
        country[valid],
    )
    if not len(rows):
        return []
    outside = km_outside(longitude, latitude, country)
    far = np.flatnonzero(outside > MAX_KM_OUTSIDE)
    if not len(far):
        return []
    swapped = km_outside(latitude[far], longitude[far], country[far])
    faults = []
    for position, other_way in zip(far, swapped, strict=True):
        value = f"{latitude[position]:g}, {longitude[position]:g}"
        rule = f"lies {outside[position]:,.0f} km outside {country[position]}"
        remedy = "Correct the coordinates or the country."
        if other_way <= MAX_KM_OUTSIDE:
            remedy = "Latitude and longitude are swapped: exchange them."
        faults.append(Fault(shown(file), int(rows[position]) + 2, "latitude", value, rule, remedy))
    return faults


def _reference_faults(texts: Texts, folder: Path) -> list[Fault]:
    """Return cells that name a row of another table which is not there."""
    faults = []
    for table in CURATED_TABLES:
        for column, (target, key) in table.references.items():
            if table.name not in texts or target not in texts:
                continue
            known = set(texts[target][key])
            cells = texts[table.name][column]
            for row, cell in cells.items():
                for value in cell.split("; ") if column == "actors" else [cell]:
                    if value and value not in known:
                        rule = f"is not in {target}.csv"
                        remedy = f"Add it there (column {key}) or correct the name."
                        file = shown(folder / table.path.name)
                        faults.append(Fault(file, int(row) + 2, column, value, rule, remedy))
    faults += _incidents_without_claims(texts, folder)
    return faults


def _incidents_without_claims(texts: Texts, folder: Path) -> list[Fault]:
    """Return incidents that no claim speaks of: the table is about who said what."""
    if not {"incidents", "claims"} <= set(texts):
        return []
    spoken_of = set(texts["claims"]["incident_id"])
    return [
        Fault(
            shown(folder / "incidents.csv"), int(row) + 2, "incident_id", value,
            "has no claim in claims.csv", "Add the claims, or remove the incident.",
        )
        for row, value in texts["incidents"]["incident_id"].items()
        if value not in spoken_of
    ]  # fmt: skip


def _report_date_faults(texts: Texts, folder: Path) -> list[Fault]:
    """Return claims that were reported before their incident began."""
    if not {"incidents", "claims"} <= set(texts):
        return []
    incidents = texts["incidents"].drop_duplicates("incident_id").set_index("incident_id")
    starts = pd.to_datetime(incidents["date_start"], format="%Y-%m-%d", errors="coerce")
    claims = texts["claims"]
    start = claims["incident_id"].map(starts)
    early = last_day(claims["reported_on"]) < start
    return [
        Fault(
            shown(folder / "claims.csv"), int(row) + 2, "reported_on",
            claims.at[row, "reported_on"],
            f"is before the incident began ({start[row]:%Y-%m-%d})",
            "Correct the date, or empty it where it is not known.",
        )
        for row in claims.index[early]
    ]  # fmt: skip
