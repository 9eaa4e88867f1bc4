"""All notebooks on somebody else's table: which table, with which parameters, into which folder."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from sahelstats.paths import IMPORTED, NOTEBOOKS, ROOT, shown
from sahelstats.rerun.contract import Contract, find_stems, read_contract
from sahelstats.rerun.errors import RerunError
from sahelstats.rerun.fingerprint import Present, reasons_to_run
from sahelstats.rerun.jobs import Job
from sahelstats.rerun.parameters import parse_settings, variant_name
from sahelstats.rerun.publishing import Places
from sahelstats.rerun.together import run_shown

#: What a table may be called: its name becomes that of a folder.
NAME = r"[A-Za-z0-9][A-Za-z0-9_.-]*"
#: Windows keeps these for devices, whatever follows a point.
DEVICE = r"(?i:con|prn|aux|nul|com\d|lpt\d)(\..*)?"

#: A notebook with this parameter sets the project's own table beside the events of another.
EVENTS = "events_path"
INCIDENTS = "incidents_path"


class Table(NamedTuple):
    """An imported table, and the years of its incidents."""

    path: Path
    first_year: int
    last_year: int


def imported_table(path: str) -> Table:
    """Return an imported table after checking that notebooks can run on it.

    Parameters
    ----------
    path : str
        As typed: ``data/imported/NAME.csv``.

    Returns
    -------
    Table
        Where it is, and its years.

    Raises
    ------
    RerunError
        When none is named, there is none, it lies elsewhere, or it is no tidy table: then with
        every fault of it.
    """
    if not path.strip():
        raise RerunError("name a table: make imported DATA=data/imported/NAME.csv", _there_are())
    table = Path(path)
    table = table if table.is_absolute() else ROOT / table
    if table.parent.resolve() != IMPORTED.resolve() or table.suffix != ".csv":
        raise RerunError(
            f"{path} is no imported table: these are files data/imported/NAME.csv", _there_are()
        )
    if not table.is_file():
        raise RerunError(f"there is no {shown(table)}", _there_are())
    if not re.fullmatch(NAME, table.stem) or re.fullmatch(DEVICE, table.stem):
        raise RerunError(
            f"{shown(table)}: name it with letters, digits, points, _ and - only, and not"
            " as Windows names a device: its name becomes that of a folder"
        )
    return Table(table, *_checked_years(table))


def _there_are() -> list[str]:
    """Return what a user can do instead."""
    names = [shown(path) for path in sorted(IMPORTED.glob("*.csv"))]
    tables = [name for name in names if not name.endswith(".rejected.csv")]
    advice = "`sahelstats import ucdp-ged FILE --out data/imported/NAME.csv` makes one"
    return [f"there are: {', '.join(tables)}" if tables else "there are none yet", advice]


def _checked_years(table: Path) -> tuple[int, int]:
    """Return the years of a table; raise when it, or the report beside it, cannot be used."""
    from sahelstats.tables.about import about_table
    from sahelstats.tables.faults import TableError
    from sahelstats.tables.loading import load_incidents

    try:
        years = load_incidents(table)["year"]
        about_table(table)
    except TableError as error:
        advice = "A producer's file becomes one: `sahelstats import ucdp-ged FILE --out ...`"
        faults = str(error).splitlines()
        raise RerunError(f"{shown(table)} is no tidy table:", [*faults, advice]) from None
    except ValueError as error:
        raise RerunError(str(error)) from None
    return int(years.min()), int(years.max())


def settings_for(contract: Contract, table: Table) -> dict[str, Any]:
    """Return the parameters with which a notebook runs on an imported table.

    Parameters
    ----------
    contract : Contract
        The notebook.
    table : Table
        The imported table.

    Returns
    -------
    dict
        The table as ``events_path`` where the notebook compares the project's own table with
        another, else as ``incidents_path``, then also the table's years where none of them lies
        among those that the notebook looks at.

    Raises
    ------
    RerunError
        When the notebook has neither parameter.
    """
    place = f"data/imported/{table.path.name}"
    if EVENTS in contract.parameters:
        return {EVENTS: place}
    if INCIDENTS in contract.parameters:
        return {INCIDENTS: place} | _own_years(contract, table)
    raise RerunError(f"{shown(contract.path)} has no parameter {INCIDENTS}: it takes no table")


def _own_years(contract: Contract, table: Table) -> dict[str, int]:
    """Return the table's years as settings where a notebook would find none of its incidents."""
    asked = {name: contract.parameters.get(name) for name in ("first_year", "last_year")}
    first, last = asked["first_year"], asked["last_year"]
    if first is None or last is None or (table.first_year <= last and table.last_year >= first):
        return {}
    return {"first_year": table.first_year, "last_year": table.last_year}


def rerun_imported(
    path: str, names: Sequence[str] = (), settings: Sequence[str] = (), workers: int = 0,
    cold: bool = False,
) -> tuple[Places, dict[str, bool]]:  # fmt: skip
    """Run notebooks on an imported table; those whose inputs are as they were are left alone.

    Parameters
    ----------
    path : str
        The table.
    names : sequence of str
        Notebooks as `find_stem` takes them; all when empty.
    settings : sequence of str
        ``NAME=VALUE`` texts, each for the notebooks that have the parameter.
    workers : int
        How many at once; 0 for as many as there are cores.
    cold : bool
        Start every kernel afresh.

    Returns
    -------
    places : Places
        ``build/variants/NAME``, and the settings behind the name where there are any.
    done : dict
        Stem -> whether its results are in place (why not was printed to standard error).

    Raises
    ------
    RerunError
        Before the first run, when the table, a name or a setting cannot be used.
    """
    table = imported_table(path)
    chosen = find_stems(names)
    contracts = {stem: read_contract(NOTEBOOKS / f"{stem}.ipynb") for stem in chosen}
    folder, given = _given(settings, contracts, table.path.stem)
    places = Places.of(folder)
    jobs = [
        Job(stem, settings_for(contract, table) | given[stem], folder)
        for stem, contract in contracts.items()
    ]
    present = Present()
    stale = [
        job for job in jobs if reasons_to_run(contracts[job.stem], job.settings, places, present)
    ]
    done = dict.fromkeys(chosen, True)
    done |= {result.job.stem: not result.error for result in run_shown(stale, workers, cold)}
    if len(stale) < len(jobs):
        print(f"{len(jobs) - len(stale)} of {len(jobs)} notebooks are up to date")
    return places, done


def _given(
    settings: Sequence[str], contracts: dict[str, Contract], table_stem: str
) -> tuple[str, dict[str, dict[str, Any]]]:
    """Return the variant's folder, and each notebook's settings: those whose parameter it has."""
    everybody = {key: value for one in contracts.values() for key, value in one.parameters.items()}
    # A setting that no notebook has is an error.
    parsed = parse_settings(settings, everybody, "of any name")
    folder = f"{table_stem},{variant_name(parsed)}" if parsed else table_stem
    return folder, {
        stem: parse_settings(
            [text for text in settings if text.partition("=")[0] in contract.parameters],
            contract.parameters,
            stem,
        )
        for stem, contract in contracts.items()
    }
