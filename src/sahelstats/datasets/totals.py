"""The producer's own totals against the sums of an imported table."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from sahelstats.datasets.cells import Cells
from sahelstats.datasets.reading import read_cells
from sahelstats.tables.countries import by_state_number, code_of
from sahelstats.tables.faults import TableError, file_fault
from sahelstats.tables.schema import range_column

PARTS = ("best", "high", "low")
_TYPES = {"sb": "state-based", "ns": "non-state", "os": "one-sided"}
_KEYS = ["country", "year", "type_of_violence"]


@dataclass
class TotalsCheck:
    """Sums of a table beside a producer's totals.

    Attributes
    ----------
    cells : DataFrame
        One row per country, year, type and ``figure`` (best, high, low): ``theirs``, ``ours``
        (people). Only cells of which one is not 0.
    version : str
        Of the totals.
    not_in_table : list of str
        Countries of the totals that the table has no incident of; they are not compared.
    first_year, last_year : int
        Years compared.
    """

    cells: pd.DataFrame
    version: str
    not_in_table: list[str]
    first_year: int
    last_year: int

    @property
    def equal(self) -> pd.Series:
        """Cells that agree."""
        return self.cells["theirs"] == self.cells["ours"]

    @property
    def differences(self) -> pd.DataFrame:
        """Cells that differ, largest difference first."""
        found = self.cells[~self.equal].assign(difference=lambda c: c["ours"] - c["theirs"])
        order = found["difference"].abs().sort_values(ascending=False, kind="stable").index
        return found.loc[order].reset_index(drop=True)

    def share(self, figure: str | None = None) -> float:
        """Return the share of cells that agree, of all figures or of one."""
        rows = slice(None) if figure is None else self.cells["figure"] == figure
        return float(self.equal[rows].mean())

    @property
    def by_year(self) -> pd.DataFrame:
        """Cells and cells that differ (``cells``, ``differ``) of each year in which any does."""
        differ = (~self.equal).groupby(self.cells["year"])
        counts = pd.DataFrame({"cells": differ.size(), "differ": differ.sum()})
        return counts[counts["differ"] > 0]

    def until(self, year: int) -> TotalsCheck:
        """Return the same comparison, of the years to one year only."""
        rows = self.cells[self.cells["year"] <= year].reset_index(drop=True)
        return TotalsCheck(rows, self.version, self.not_in_table, self.first_year, year)


def check_totals(
    table: pd.DataFrame, totals: Path | str, last_year: int | None = None
) -> TotalsCheck:
    """Compare the sums of an imported UCDP GED table with UCDP's country-year totals.

    Parameters
    ----------
    table : DataFrame
        As ``read_ucdp_ged`` or ``load_incidents`` returns it.
    totals : Path or str
        UCDP's country-year file: totals of low, best and high by type of violence.
    last_year : int, optional
        Last year compared; default the last of the table. Totals of later releases go further.

    Returns
    -------
    TotalsCheck
        The sums of the producer's own figures, as they are, with attackers counted.

    Raises
    ------
    TableError
        When the file is no such table or has rows that cannot be read.
    ValueError
        When no year or country is in both.
    """
    theirs, version = read_totals(totals)
    first, last = int(table["year"].min()), int(table["year"].max())
    last = last if last_year is None else last_year
    own = set(table["country"].unique())
    known = sorted(set(theirs["country"]))
    theirs = theirs[theirs["country"].isin(own) & theirs["year"].between(first, last)]
    if theirs.empty:
        raise ValueError(
            f"nothing to compare: the totals hold {', '.join(known)}, "
            f"the table {', '.join(sorted(own))}, {first} to {last}"
        )
    ours = sums_of(table[table["country"].isin(known) & table["year"].between(first, last)])
    both = theirs.merge(ours, on=[*_KEYS, "figure"], how="outer").fillna({"theirs": 0, "ours": 0})
    both = both.astype({"theirs": int, "ours": int, "year": int})
    both = both[(both["theirs"] != 0) | (both["ours"] != 0)].reset_index(drop=True)
    missing = [country for country in known if country not in own]
    return TotalsCheck(both, version, missing, first, last)


def first_release(year: int) -> str:
    """Return the yearly release of UCDP GED that was the first to hold a year.

    Parameters
    ----------
    year : int
        Of events.

    Returns
    -------
    str
        A release ends with the year before the one it is named after.

    Examples
    --------
    >>> first_release(2023), first_release(2008)
    ('24.1', '9.1')
    """
    return f"{(year + 1) % 100}.1"


def sums_of(table: pd.DataFrame) -> pd.DataFrame:
    """Return the sums of a tidy table's figures by country, year and type.

    Parameters
    ----------
    table : DataFrame
        Tidy incidents.

    Returns
    -------
    DataFrame
        Columns ``country``, ``year``, ``type_of_violence``, ``figure``, ``ours`` (people killed,
        attackers counted).
    """
    names = {range_column("killed", "incl_attackers", part): part for part in PARTS}
    sums = table.groupby(_KEYS, observed=True)[list(names)].sum().rename(columns=names)
    found = sums.reset_index().melt(_KEYS, var_name="figure", value_name="ours")
    return found.astype({"type_of_violence": str, "country": str})


def read_totals(path: Path | str) -> tuple[pd.DataFrame, str]:
    """Read UCDP's country-year totals.

    Parameters
    ----------
    path : Path or str
        CSV as UCDP hands it out.

    Returns
    -------
    totals : DataFrame
        Columns ``country``, ``year``, ``type_of_violence``, ``figure``, ``theirs``.
    version : str
        Of the producer's data.

    Raises
    ------
    TableError
        Lists the columns or cells that cannot be read.
    """
    cells = read_cells(path, "ucdp-country-year")
    year = _whole(cells, "year_cy")
    country = _countries(cells)
    frames = []
    for short, kind in _TYPES.items():
        for part in PARTS:
            values = _whole(cells, f"{short}_total_deaths_{part}_cy")
            frames.append(
                pd.DataFrame(
                    {
                        "country": country,
                        "year": year,
                        "type_of_violence": kind,
                        "figure": part,
                        "theirs": values,
                    }
                )
            )
    versions = cells.text("version").str.strip().unique()
    return pd.concat(frames, ignore_index=True), ", ".join(sorted(filter(None, versions)))


def _whole(cells: Cells, name: str) -> np.ndarray:
    values, bad = cells.numbers(name)
    bad = bad | np.isnan(values) | (values != np.floor(values)) | (values < 0)
    _refuse(cells, name, bad, "is no whole number")
    return values.astype(int)


def _countries(cells: Cells) -> np.ndarray:
    numbers, _ = cells.numbers("country_id_cy")
    known = by_state_number()
    names = cells.text("country_cy")
    found = np.array(
        [
            known.get(int(number), "") if number == number else code_of(name)
            for number, name in zip(numbers, names, strict=True)
        ]
    )
    _refuse(cells, "country_cy", found == "", "is no country that is known")
    return found


def _refuse(cells: Cells, name: str, bad: np.ndarray, rule: str) -> None:
    if bad.any():
        row = int(np.flatnonzero(bad)[0])
        where = f"row {row + cells.first_row}, column {name}: {rule}"
        value = str(cells.frame.at[row, name])
        remedy = f"{int(bad.sum()):,} such cells; get the file anew from its producer."
        raise TableError([file_fault(cells.source.path, where, remedy, value)])
