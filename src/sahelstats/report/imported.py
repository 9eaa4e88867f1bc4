"""What pages say of an imported table: whose it is, what it holds, on what terms."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sahelstats.paths import ROOT, is_own_table, shown
from sahelstats.tables.about import about_table, default_basis
from sahelstats.tables.schema import BASES


def imported_table(records: Iterable[dict[str, Any]]) -> Path | None:
    """Return the imported table that runs show or compare with.

    Parameters
    ----------
    records : iterable of dict
        Of the runs.

    Returns
    -------
    Path or None
        None when it is the project's own.
    """
    for record in records:
        for name in ("events_path", "incidents_path"):
            path = record["parameters"].get(name)
            if path and not is_own_table(path):
                return ROOT / path
    return None


def about_lines(table: Path) -> list[tuple[str, str]]:
    """Return what a reader must know of an imported table, from its import report.

    Parameters
    ----------
    table : Path
        The table.

    Returns
    -------
    list of (str, str)
        Name and text: whose data, which version, rows, period, what is unusual, terms, citation.
    """
    about = about_table(table)
    if about is None:
        return [("Table", f"{shown(table)}, without an import report")]
    rows, period = about.report["rows"], about.report["period"]
    counts = f"{rows['imported']:,} imported and {rows['rejected']:,} rejected of {rows['read']:,}"
    if rows["left_out"]:
        counts += f"; {rows['left_out']:,} more lay outside what was asked for"
    countries = ", ".join(f"{code} {n:,}" for code, n in about.report["countries"].items())
    quirks = [f"{quirk['rows']:,} rows: {quirk['meaning']}" for quirk in
              about.report["quirks"].values()]  # fmt: skip
    return [
        ("Table", shown(table)),
        ("Producer", about.source.partition(" (")[0]),
        ("Rows", counts),
        ("Tolls", f"attackers {'left out' if default_basis(table) == BASES[0] else 'counted'}"),
        ("Period", f"{period['first']} to {period['last']}"),
        ("Countries", countries),
        *(("Unusual", text) for text in quirks),
        ("Licence", about.licence),
        *(("Cite", text) for text in about.citation),
    ]
