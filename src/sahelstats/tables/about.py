"""What is known of the table a notebook runs on: whose it is, and which toll it has."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from sahelstats.paths import is_own_table, shown
from sahelstats.tables.loading import load_incidents
from sahelstats.tables.schema import BASES, range_column

#: From this share of the incidents with a toll on, the toll without attackers stands for the table.
#: Below it, sums without attackers would leave out too much to be called the table's.
NEARLY_ALL = 0.95


@dataclass(frozen=True)
class About:
    """What the import report beside a table says of it.

    Attributes
    ----------
    name : str
        Of the table, without ``.csv``.
    producer, version, licence : str
        Whose data, which release, and on what terms.
    citation : tuple of str
        What a user of the data must cite.
    basis : str
        ``excl_attackers`` or ``incl_attackers``; empty where the report does not say.
    report : dict
        The whole report.
    """

    name: str
    producer: str
    version: str
    licence: str
    citation: tuple[str, ...]
    basis: str
    report: dict[str, Any]

    @property
    def source(self) -> str:
        """The table in the words of a figure's footer."""
        stated = "version not stated" if self.version == "not stated" else self.version
        return f"{self.producer}, {stated} (imported table {self.name})"


def about_table(path: Path | str) -> About | None:
    """Return what the import report beside a table says.

    Parameters
    ----------
    path : Path or str
        A tidy table; the report of ``NAME.csv`` is ``NAME.import.json``.

    Returns
    -------
    About or None
        None for the project's own table, and where there is no report.

    Raises
    ------
    ValueError
        When the report cannot be read, or names a basis that does not exist.
    """
    beside = Path(path).with_suffix(".import.json")
    if is_own_table(path) or not beside.exists():
        return None
    try:
        report = json.loads(beside.read_text(encoding="utf-8"))
        about = About(
            Path(path).stem, report["producer"], report["version"], report["licence"],
            tuple(report["citation"]), report.get("basis", ""), report,
        )  # fmt: skip
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(
            f"{shown(beside)} is no import report ({error}): import the table anew"
        ) from None
    if about.basis not in ("", *BASES):
        raise ValueError(
            f"{shown(beside)}: unknown basis {about.basis!r}: write {' or '.join(BASES)}"
        )
    return about


def source_of(path: Path | str) -> str:
    """Return the words in which a figure's footer names the table it shows.

    Parameters
    ----------
    path : Path or str
        A tidy table.

    Returns
    -------
    str
        ``sahelstats`` for the project's own table; producer, version and table for an imported one.

    Examples
    --------
    >>> from sahelstats.paths import INCIDENTS
    >>> source_of(INCIDENTS), source_of("data/imported/no-report.csv")
    ('sahelstats', 'imported table no-report')
    """
    if is_own_table(path):
        return "sahelstats"
    about = about_table(path)
    return about.source if about else f"imported table {Path(path).stem}"


def default_basis(path: Path | str) -> str:
    """Return the basis on which a table's tolls are shown when nobody asks for another.

    Parameters
    ----------
    path : Path or str
        A tidy table.

    Returns
    -------
    str
        What its import report says, else what ``usual_basis`` finds.

    Examples
    --------
    >>> from sahelstats.paths import INCIDENTS
    >>> default_basis(INCIDENTS)
    'excl_attackers'
    """
    about = about_table(path)
    return about.basis if about and about.basis else usual_basis(load_incidents(path))


def usual_basis(table: pd.DataFrame) -> str:
    """Return the basis on which a table has a toll for nearly all its incidents.

    Producers that count all dead of an event together give a toll without attackers only for the
    events in which no attacker can be among them: sums over those alone would be a part of the
    events, chosen by their kind.

    Parameters
    ----------
    table : DataFrame
        Tidy incidents.

    Returns
    -------
    str
        ``excl_attackers`` where it has that toll for nearly all incidents that have one, else
        ``incl_attackers``.

    Examples
    --------
    >>> table = pd.DataFrame({"killed_best": [4, None, None], "killed_incl_best": [4, 7, 9]})
    >>> usual_basis(table), usual_basis(table.head(1))
    ('incl_attackers', 'excl_attackers')
    """
    without, counted = (
        table[range_column("killed", basis, "best")].notna()
        for basis in ("excl_attackers", "incl_attackers")
    )
    known = int((without | counted).sum())
    enough = not known or int(without.sum()) >= NEARLY_ALL * known
    return "excl_attackers" if enough else "incl_attackers"
