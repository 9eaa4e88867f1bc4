"""Other people's files as tidy tables: ``read_ucdp_ged``, ``read_acled``, ``read_gtd``."""

from __future__ import annotations

import datetime
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from sahelstats.datasets import acled, gtd, ucdp
from sahelstats.datasets.cells import Cells
from sahelstats.datasets.drafting import Adapter, Draft, as_text
from sahelstats.datasets.reading import read_cells
from sahelstats.datasets.values import DateOrder
from sahelstats.tables.checks import table_faults
from sahelstats.tables.countries import codes_of
from sahelstats.tables.faults import Fault, TableError, file_fault
from sahelstats.tables.loading import is_clean
from sahelstats.tables.schema import TIDY

ADAPTERS: dict[str, Adapter] = {"ucdp-ged": ucdp.draft, "acled": acled.draft, "gtd": gtd.draft}

#: Day as ``YYYY-MM-DD`` or as a date.
Day = str | datetime.date | None


@dataclass
class Imported:
    """What came of a producer's file.

    Attributes
    ----------
    producer : str
        ``ucdp-ged``, ``acled`` or ``gtd``.
    cells : Cells
        What was read, with the quirks of the file.
    table : DataFrame
        Tidy incidents.
    rejected : DataFrame
        Records that cannot be used: ``row`` (as a spreadsheet shows it), ``reason`` and the cells.
    left_out : int
        Records that can be used and lie outside the countries or days asked for.
    """

    producer: str
    cells: Cells
    table: pd.DataFrame
    rejected: pd.DataFrame
    left_out: int

    @property
    def rows_in_file(self) -> int:
        """Records of the file."""
        return len(self.cells.frame)

    @property
    def rows_read(self) -> int:
        """Records that were asked for: imported and rejected."""
        return self.rows_in_file - self.left_out


def import_table(
    path: Path | str,
    producer: str,
    countries: Iterable[str] = (),
    first: Day = None,
    last: Day = None,
    dates: DateOrder = "auto",
) -> Imported:
    """Read a producer's file as a tidy table, with account of every record.

    Parameters
    ----------
    path : Path or str
        The producer's file or a spreadsheet's copy of it; zipped or gzipped or plain.
    producer : str
        ``ucdp-ged``, ``acled`` or ``gtd``.
    countries : iterable of str
        Names or ISO codes; all when empty.
    first, last : date or str, optional
        Days between which an incident must begin, both included.
    dates : {"auto", "dmy", "mdy"}
        Order in dates that end in the year, for files that do not show it.

    Returns
    -------
    Imported
        Table, rejected records and the file's quirks.

    Raises
    ------
    TableError
        When the file cannot be read, or none of its records can be used or was asked for.
    ValueError
        When a country is not known or the days are reversed.
    """
    codes, unknown = codes_of(countries)
    if unknown:
        raise ValueError(f"no such country: {', '.join(unknown)}")
    begin, end = (None if day is None else np.datetime64(str(day), "D") for day in (first, last))
    if begin is not None and end is not None and begin > end:
        raise ValueError(f"--from {begin} is after --to {end}")
    cells = read_cells(path, producer)
    draft = Draft(cells, dates)
    ADAPTERS[producer](draft)
    table = draft.table()
    rejected = rejected_rows(draft)
    if table.empty:
        raise TableError([_nothing_usable(path, rejected)])
    wanted = _wanted(table, codes, begin, end)
    if not wanted.any():
        raise TableError([_nothing_wanted(path, table)])
    chosen = table if wanted.all() else table[wanted].reset_index(drop=True)
    refuse_broken(chosen, path)
    return Imported(producer, cells, chosen, rejected, int((~wanted).sum()))


def _wanted(
    table: pd.DataFrame,
    codes: list[str],
    begin: np.datetime64 | None,
    end: np.datetime64 | None,
) -> np.ndarray:
    """Return the rows of the countries and days asked for."""
    wanted = np.ones(len(table), dtype=bool)
    days = table["date_start"].to_numpy("datetime64[D]")
    if codes:
        wanted &= table["country"].isin(codes).to_numpy()
    if begin is not None:
        wanted &= days >= begin
    if end is not None:
        wanted &= days <= end
    return wanted


def rejected_rows(draft: Draft) -> pd.DataFrame:
    """Return the records of a draft that cannot be used, each with all reasons.

    Parameters
    ----------
    draft : Draft
        After its adapter has gone through it.

    Returns
    -------
    DataFrame
        Columns ``row``, ``reason`` and the cells that the import reads.
    """
    positions = sorted(draft.reasons)
    frame = draft.cells.frame.iloc[positions].map(as_text)
    frame.insert(0, "row", [position + draft.cells.first_row for position in positions])
    frame.insert(1, "reason", ["; ".join(draft.reasons[position]) for position in positions])
    return frame.reset_index(drop=True)


def refuse_broken(table: pd.DataFrame, path: Path | str) -> None:
    """Raise when a table breaks a rule of the schema.

    Parameters
    ----------
    table : DataFrame
        Tidy incidents.
    path : Path or str
        Where they come from, for the message.

    Raises
    ------
    TableError
        Lists every fault.
    """
    if is_clean(table, TIDY):
        return
    text = table.astype(object).where(table.notna(), "").astype(str)
    for name in ("date_start", "date_end"):
        text[name] = table[name].dt.strftime("%Y-%m-%d")
    raise TableError(table_faults(text, TIDY, path))


def _nothing_usable(path: Path | str, rejected: pd.DataFrame) -> Fault:
    first = rejected.iloc[0]
    rule = f"none of its {len(rejected):,} rows can be used"
    remedy = f"Row {first['row']}: {first['reason']}."
    return file_fault(path, rule, remedy)


def _nothing_wanted(path: Path | str, table: pd.DataFrame) -> Fault:
    days = table["date_start"]
    held = f"{days.min():%Y-%m-%d} to {days.max():%Y-%m-%d}"
    names = sorted(table["country"].unique())
    listed = ", ".join(names[:12]) + (", ..." if len(names) > 12 else "")
    remedy = f"The file holds {held} in {listed}."
    return file_fault(path, "no row lies in the countries and days asked for", remedy)


def _read(path: Path | str, producer: str) -> pd.DataFrame:
    imported = import_table(path, producer)
    if len(imported.rejected):
        warnings.warn(
            f"{len(imported.rejected):,} of {imported.rows_read:,} rows were not imported; first: "
            f"row {imported.rejected['row'].iat[0]}, {imported.rejected['reason'].iat[0]}",
            stacklevel=3,
        )
    return imported.table


def read_ucdp_ged(path: Path | str) -> pd.DataFrame:
    """Read a UCDP GED file as tidy incidents.

    Parameters
    ----------
    path : Path or str
        Release, candidate file, web export or the HDX form; CSV or XLSX, zipped, gzipped or plain.

    Returns
    -------
    DataFrame
        As ``load_incidents`` returns it. A warning counts rows that were not imported;
        ``import_table`` gives them.

    Raises
    ------
    TableError
        When the file cannot be read.
    """
    return _read(path, "ucdp-ged")


def read_acled(path: Path | str) -> pd.DataFrame:
    """Read an ACLED export as tidy incidents.

    Parameters
    ----------
    path : Path or str
        Older (HDX) or current export; CSV or XLSX, zipped, gzipped or plain.

    Returns
    -------
    DataFrame
        As ``load_incidents`` returns it. A warning counts rows that were not imported, protests
        and moves without a fight among them; ``import_table`` gives them.

    Raises
    ------
    TableError
        When the file cannot be read.
    """
    return _read(path, "acled")


def read_gtd(path: Path | str) -> pd.DataFrame:
    """Read a Global Terrorism Database file as tidy incidents.

    Parameters
    ----------
    path : Path or str
        CSV or XLSX, zipped, gzipped or plain.

    Returns
    -------
    DataFrame
        As ``load_incidents`` returns it. A warning counts rows that were not imported;
        ``import_table`` gives them.

    Raises
    ------
    TableError
        When the file cannot be read.
    """
    return _read(path, "gtd")
