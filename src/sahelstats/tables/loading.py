"""Typed frames from the project's tables; quick when they are clean, complete when they are not."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from sahelstats.paths import CURATED, INCIDENTS
from sahelstats.tables import schema
from sahelstats.tables.columns import last_day, typed
from sahelstats.tables.faults import TableError
from sahelstats.tables.reading import read_text
from sahelstats.tables.rules import rules_of
from sahelstats.tables.schema import Table


def load_table(path: Path | str, table: Table) -> pd.DataFrame:
    """Load one CSV file as a typed frame.

    Parameters
    ----------
    path : Path or str
        CSV file.
    table : Table
        Its schema.

    Returns
    -------
    DataFrame
        Dates as datetime64, counts as Int64 (``<NA>`` where nobody said), numbers as float64,
        flags as boolean, enumerations as category.

    Raises
    ------
    TableError
        Lists every fault of the file when it has any.

    Examples
    --------
    >>> from sahelstats.tables.schema import ACTORS
    >>> from sahelstats.paths import DATA
    >>> load_table(DATA / ACTORS.path, ACTORS)["family"].dtype.name
    'category'
    """
    frame, _ = _load(path, table)
    return frame


def _load(path: Path | str, table: Table) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return a table typed, and as text."""
    text = read_text(path, table)
    frame, bad = typed(text, table)
    if bad.to_numpy().any() or not is_clean(frame, table):
        # Only now the full check, which is thorough and slow to import.
        from sahelstats.tables.checks import table_faults

        if faults := table_faults(text, table, path):
            raise TableError(faults)
    return frame, text


def is_clean(frame: pd.DataFrame, table: Table) -> bool:
    """Return whether a typed frame keeps every rule, without telling what it breaks.

    Parameters
    ----------
    frame : DataFrame
        Typed as ``load_table`` returns it.
    table : Table
        Its schema.

    Returns
    -------
    bool
        Of presence, bounds, patterns, the unique key and the row rules; quick, so that the full
        check is made only for tables that have faults.
    """
    for column in table.columns:
        cells = frame[column.name]
        if column.required and cells.isna().any():
            return False
        if column.minimum is not None and (cells < column.minimum).any():
            return False
        if column.maximum is not None and (cells > column.maximum).any():
            return False
        if column.pattern is not None:
            fits = re.compile(column.pattern).fullmatch
            # As a plain list: a string array is slow to walk through.
            if not all(map(fits, cells.dropna().unique().tolist())):
                return False
    if frame.duplicated(list(table.key)).any():
        return False
    return all(rule.test(frame).all() for rule in rules_of(table))


def load_incidents(path: Path | str | None = None) -> pd.DataFrame:
    """Load the tidy incidents table: one row per incident with the ranges of its toll.

    Parameters
    ----------
    path : Path or str, optional
        Tidy CSV file, the project's own or an imported one; default ``data/incidents.csv``.

    Returns
    -------
    DataFrame
        Typed as ``load_table`` says, in file order.

    Raises
    ------
    TableError
        Lists every fault of the file when it has any.

    Examples
    --------
    >>> table = load_incidents()
    >>> table.loc[table["incident_id"] == "MLI-20220327-moura", "country"].item()
    'MLI'
    """
    return load_table(INCIDENTS if path is None else path, schema.TIDY)


def load_claims(path: Path | str | None = None) -> pd.DataFrame:
    """Load the claims: who said how many, of whom, in which incident.

    Parameters
    ----------
    path : Path or str, optional
        CSV file with the columns of ``claims.csv``; default ``data/curated/claims.csv``.

    Returns
    -------
    DataFrame
        One row per claim. ``reported_on`` is the first day it can mean, ``reported_until`` the
        last; ``source_type``, ``party`` and ``weight`` of the claimant come from the
        ``sources.csv`` beside the file, where there is one.

    Raises
    ------
    TableError
        Lists every fault of the file when it has any.

    Examples
    --------
    >>> claims = load_claims()
    >>> set(claims["outcome"].cat.categories) >= {"killed", "wounded"}
    True
    """
    path = CURATED / "claims.csv" if path is None else Path(path)
    claims, text = _load(path, schema.CLAIMS)
    claims = claims.assign(reported_until=last_day(text["reported_on"]))
    beside = path.parent / "sources.csv"
    return join_sources(claims, load_table(beside, schema.SOURCES)) if beside.exists() else claims


def load_places(path: Path | str | None = None) -> pd.DataFrame:
    """Load the capitals and towns that maps name and distances start from.

    Parameters
    ----------
    path : Path or str, optional
        CSV file, default ``data/curated/places.csv``.

    Returns
    -------
    DataFrame
        Columns ``place``, ``kind``, ``country``, ``latitude``, ``longitude`` (degrees), ``note``.

    Raises
    ------
    TableError
        Lists every fault of the file when it has any.

    Examples
    --------
    >>> "Bamako" in set(load_places()["place"])
    True
    """
    return load_table(CURATED / "places.csv" if path is None else path, schema.PLACES)


def join_sources(claims: pd.DataFrame, sources: pd.DataFrame) -> pd.DataFrame:
    """Return claims with the type, party and weight of their claimants.

    Parameters
    ----------
    claims, sources : DataFrame
        As loaded.

    Returns
    -------
    DataFrame
        Claims with columns ``source_type``, ``party`` and ``weight`` added, in the same order.
    """
    known = sources.set_index("source")[["type", "party", "weight"]]
    known = known.rename(columns={"type": "source_type"})
    return claims.join(known, on="claimant")
