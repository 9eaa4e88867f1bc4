"""Where the project's files are, for every room of the house."""

from __future__ import annotations

import os
from pathlib import Path

#: The clone's top folder; ``SAHELSTATS_ROOT`` points elsewhere when the package is not editable.
ROOT = Path(os.environ.get("SAHELSTATS_ROOT", Path(__file__).resolve().parents[2]))

DATA = ROOT / "data"
CURATED = DATA / "curated"
BOUNDARIES = DATA / "boundaries"
IMPORTED = DATA / "imported"
INCIDENTS = DATA / "incidents.csv"
NOTEBOOKS = ROOT / "notebooks"
FIGURES = ROOT / "figures"
REPORTS = ROOT / "reports"
BUILD = ROOT / "build"


def is_own_table(path: Path | str) -> bool:
    """Return whether a path is that of the project's own tidy table, which has claims behind it.

    Parameters
    ----------
    path : Path or str
        As a notebook's parameter gives it: relative to the clone, or absolute.

    Returns
    -------
    bool
        False for imported tables.

    Examples
    --------
    >>> is_own_table("data/incidents.csv"), is_own_table("data/imported/mali.csv")
    (True, False)
    """
    return (ROOT / path).resolve() == INCIDENTS.resolve()


def shown(path: Path | str) -> str:
    """Return a path as a message shows it: relative to the clone where it lies inside.

    Parameters
    ----------
    path : Path or str
        Any path.

    Returns
    -------
    str
        With forward slashes.

    Examples
    --------
    >>> shown(ROOT / "data" / "incidents.csv")
    'data/incidents.csv'
    """
    path = Path(path)
    try:
        return path.resolve().relative_to(ROOT.resolve()).as_posix()
    except ValueError:
        return path.as_posix()
