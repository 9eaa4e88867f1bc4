"""The import report: what came of a file, beside the table it became."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from sahelstats.datasets.importing import Imported
from sahelstats.datasets.mapping import PRODUCER_NAMES, decisions
from sahelstats.tables import vocabulary as v
from sahelstats.tables.about import usual_basis
from sahelstats.tables.schema import range_column

if TYPE_CHECKING:
    from rich.console import Console

NOT_STATED = "not stated"

#: What a user owes each producer.
TERMS = {
    "ucdp-ged": {
        "citation": [
            "Sundberg, Ralph, and Erik Melander (2013). Introducing the UCDP Georeferenced Event "
            "Dataset. Journal of Peace Research 50(4), 523-532.",
            "Davies, Shawn, Garoun Engström, Therése Pettersson and Magnus Öberg (2024). Organized "
            "violence 1989-2023. Journal of Peace Research 61(4); for later versions the article "
            "that goes with the version.",
        ],
        "licence": "CC BY 4.0",
    },
    "acled": {
        "citation": [
            "Raleigh, Clionadh, Roudabeh Kishi and Andrew Linke (2023). Political instability "
            "patterns are obscured by conflict dataset scope conditions, sources, and coding "
            "choices. Humanities and Social Sciences Communications 10, 74."
        ],
        "licence": "ACLED terms of use: access by account, no redistribution of the data",
    },
    "gtd": {
        "citation": [
            "START (National Consortium for the Study of Terrorism and Responses to Terrorism), "
            "University of Maryland. Global Terrorism Database."
        ],
        "licence": "GTD end user licence agreement: access by registration, no redistribution",
    },
}

#: How a release names its version in the name of its table: GEDEvent_v25_1, ged251, v26_0_8.
_VERSION = re.compile(
    r"(?:gedevent_v|ged_?v?)(\d{2})[_.]?(\d{1,2})((?:[_.]\d{1,2})*)", re.IGNORECASE
)


def version_in(imported: Imported) -> str:
    """Return the version that a file states, empty where it states none.

    Parameters
    ----------
    imported : Imported
        What came of the file.

    Returns
    -------
    str
        For UCDP the number in the name of the release's table; for ACLED the day of the newest
        change, which is how its tables are told apart.
    """
    if imported.producer == "ucdp-ged":
        return version_of_name(imported.cells.source.inner_name)
    if imported.producer == "acled":
        stamps = pd.to_numeric(imported.cells.text("timestamp"), errors="coerce").dropna()
        if len(stamps):
            return f"as of {pd.Timestamp(int(stamps.max()), unit='s'):%Y-%m-%d}"
    return ""


def version_of_name(name: str) -> str:
    """Return the version in the name of a UCDP release.

    Examples
    --------
    >>> version_of_name("GEDEvent_v25_1.csv"), version_of_name("ged251-csv.zip")
    ('25.1', '25.1')
    >>> version_of_name("GEDEvent_v26_0_8.csv"), version_of_name("mali.csv")
    ('26.0.8', '')
    """
    found = _VERSION.match(Path(name).name)
    if not found:
        return ""
    rest = re.findall(r"\d+", found[3])
    return ".".join(str(int(part)) for part in (found[1], found[2], *rest))


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def report_of(imported: Imported, version: str, sha256: str) -> dict[str, Any]:
    """Return the import report.

    Parameters
    ----------
    imported : Imported
        What came of the file.
    version : str
        Of the producer's data, as ``version_in`` returns it or as the user says.
    sha256 : str
        Of the file that was read.

    Returns
    -------
    dict
        Source, producer, version, citation, licence, rows, periods, countries, sums, quirks,
        rejections and mapping, ready for JSON. ``rows.in_file`` is ``left_out`` plus ``read``, and
        ``read`` is ``imported`` plus ``rejected``.
    """
    table, cells = imported.table, imported.cells
    return {
        "source": {
            "file": cells.source.path.name,
            "table": cells.source.inner_name,
            "sha256": sha256,
            "layout": cells.layout.name,
            "notes": list(cells.notes),
            "columns_not_used": cells.unused,
        },
        "producer": PRODUCER_NAMES[imported.producer],
        "version": version or NOT_STATED,
        **TERMS[imported.producer],
        "rows": {
            "in_file": imported.rows_in_file,
            "left_out": imported.left_out,
            "read": imported.rows_read,
            "imported": len(table),
            "rejected": len(imported.rejected),
        },
        "rejected_because": _reasons(imported.rejected),
        "period": {
            "first": f"{table['date_start'].min():%Y-%m-%d}",
            "last": f"{table['date_end'].max():%Y-%m-%d}",
        },
        "countries": _counts(table["country"]),
        "types_of_violence": _counts(table["type_of_violence"]),
        "actor_families": _counts(table["actor_family"]),
        "figures": _figures(table),
        # What the notebooks show unless told otherwise; may be changed here.
        "basis": usual_basis(table),
        "quirks": _quirks(table),
        "mapping": decisions(imported.producer),
    }


def _counts(cells: pd.Series) -> dict[str, int]:
    counted = cells.astype(str).value_counts()
    return {name: int(count) for name, count in sorted(counted.items()) if count}


def _reasons(rejected: pd.DataFrame) -> dict[str, int]:
    """Return how many rows were turned away for what, without the value of each cell."""
    parts = (part for reason in rejected["reason"] for part in reason.split("; "))
    return dict(
        Counter(re.sub(r"'.*' |^\S+(?= stands)", "", part).strip() for part in parts).most_common()
    )


def _quirks(table: pd.DataFrame) -> dict[str, dict[str, Any]]:
    """Return how many rows carry each quirk, and what it means."""
    counted = Counter(
        quirk
        for cell, count in table["quirk"].dropna().value_counts().items()
        for quirk in str(cell).split("; ") * int(count)
    )
    return {
        quirk: {"rows": counted[quirk], "meaning": meaning}
        for quirk, meaning in v.QUIRK.items()
        if counted[quirk]
    }


def _figures(table: pd.DataFrame) -> dict[str, dict[str, int | None]]:
    """Return how many rows have a figure on each basis, and their sums; None without a figure."""
    found: dict[str, dict[str, int | None]] = {}
    for basis in ("incl_attackers", "excl_attackers"):
        names = {part: range_column("killed", basis, part) for part in ("low", "best", "high")}
        known = {part: table[name].dropna() for part, name in names.items()}
        sums = {part: int(cells.sum()) if len(cells) else None for part, cells in known.items()}
        found[f"killed, {basis}"] = {"rows": int(table[names["best"]].notna().sum()), **sums}
    return found


def report_json(report: dict[str, Any]) -> str:
    """Return a report as text with stable bytes."""
    return json.dumps(report, indent=1, ensure_ascii=False) + "\n"


def print_summary(report: dict[str, Any], table: str, console: Console) -> None:
    """Print the report as one screen says it.

    Parameters
    ----------
    report : dict
        As ``report_of`` returns it.
    table : str
        Where the table was written, for the last line.
    console : rich.console.Console
        Where to print.
    """
    from rich.table import Table
    from rich.text import Text

    rows, source = report["rows"], report["source"]
    grid = Table(show_header=False, box=None, pad_edge=False)
    grid.add_column(style="bold", no_wrap=True)
    grid.add_column(overflow="fold")
    counts = (
        f"{rows['read']:,} read = {rows['imported']:,} imported + {rows['rejected']:,} rejected"
    )
    if rows["left_out"]:
        counts += f"; {rows['left_out']:,} outside what was asked for"
    lines = [
        ("source", f"{source['file']} ({source['layout']})"),
        ("version", f"{report['producer']}, {report['version']}"),
        ("rows", counts),
        ("period", f"{report['period']['first']} to {report['period']['last']}"),
        ("countries", _listed(report["countries"])),
        *((name, _range_text(figures)) for name, figures in report["figures"].items()),
        ("shown as", f"{report['basis']}, unless a notebook is asked for the other"),
        *(("file", note) for note in source["notes"]),
        *(("quirk", f"{q['rows']:,}: {q['meaning']}") for q in report["quirks"].values()),
        *(("rejected", f"{n:,}: {reason}") for reason, n in report["rejected_because"].items()),
        ("licence", report["licence"]),
        ("table", table),
    ]
    for name, text in lines:
        grid.add_row(name, Text(text))
    console.print(grid)


def _listed(counts: dict[str, int], most: int = 8) -> str:
    ordered = sorted(counts.items(), key=lambda item: -item[1])
    shown = ", ".join(f"{name} {count:,}" for name, count in ordered[:most])
    return shown + (f" and {len(ordered) - most} more" if len(ordered) > most else "")


def _range_text(figures: dict[str, int | None]) -> str:
    if figures["best"] is None:
        return "no figure"
    single = figures["low"] is None or figures["high"] is None
    span = "no ranges" if single else f"{figures['low']:,} to {figures['high']:,}"
    return f"{figures['best']:,} ({span}), {figures['rows']:,} rows"
