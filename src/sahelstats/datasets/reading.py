"""From a producer's file, or a spreadsheet's copy of it, to the cells that an import needs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from sahelstats.datasets.cells import Cells
from sahelstats.datasets.csvfiles import from_csv
from sahelstats.datasets.opening import open_source
from sahelstats.datasets.values import COMMA_NUMBER
from sahelstats.datasets.workbooks import from_workbook
from sahelstats.tables.faults import TableError, file_fault

#: Up to this share of coordinates written the other way are single broken cells: their rows are
#: turned away rather than the file.
FEW = 0.05


def read_cells(path: Path | str, producer: str = "") -> Cells:
    """Read the cells of a producer's file that an import needs.

    Parameters
    ----------
    path : Path or str
        CSV or XLSX; plain, zipped or gzipped.
    producer : str
        Whose layout it must be; any when empty.

    Returns
    -------
    Cells
        Text and numbers as the file has them; nothing is dropped.

    Raises
    ------
    TableError
        When the file is no table, damaged, of no known layout, or ambiguous.
    """
    source = open_source(path)
    read = from_workbook if source.kind == "xlsx" else from_csv
    cells = read(source, producer)
    if cells.frame.empty:
        fault = file_fault(path, "has a header but no rows", "Get the file anew from its producer.")
        raise TableError([fault])
    if source.packing:
        cells.notes.append(f"Read from a {source.packing} file.")
    cells.decimal_comma = _decimal_comma(cells)
    if cells.decimal_comma:
        cells.native = False
        cells.notes.append("Numbers are written with a decimal comma.")
    return cells


def _decimal_comma(cells: Cells) -> bool:
    """Return whether coordinates are written with a comma, which they must all be or none."""
    names = [name for name in ("latitude", "longitude") if name in cells.frame]
    texts = [cells.frame[name] for name in names if cells.frame[name].dtype != np.float64]
    if not texts:
        return False
    values = pd.concat(texts).astype("str")
    commas = values[values.str.fullmatch(COMMA_NUMBER)]
    points = values[values.str.fullmatch(r"\s*-?\d+\.\d+\s*")]
    fewer, more = sorted((len(commas), len(points)))
    if fewer > FEW * more:
        rule = "mixes decimal commas and decimal points in the coordinates"
        found = f"{commas.iloc[0]} and {points.iloc[0]}"
        remedy = "Get the file anew, or mend the column in the spreadsheet."
        raise TableError([file_fault(cells.source.path, rule, remedy, found)])
    return len(commas) > len(points)
