"""What runs have left behind, as the pages read it."""

from __future__ import annotations

import json
from typing import Any

from sahelstats.paths import BUILD
from sahelstats.rerun.errors import RerunError
from sahelstats.rerun.publishing import Places


def read_record(places: Places, stem: str) -> dict[str, Any]:
    """Return the record of a notebook's last successful run.

    Parameters
    ----------
    places : Places
        Where its results are.
    stem : str
        The notebook.

    Returns
    -------
    dict
        What ``make_record`` made of it.

    Raises
    ------
    RerunError
        When it has not been run.
    """
    path = places.record / f"{stem}.json"
    if not path.exists():
        raise RerunError(f"{stem} has not been run: `sahelstats rerun {stem}` first, or `make`")
    return json.loads(path.read_text(encoding="utf-8"))


def read_values(places: Places, stem: str) -> dict[str, Any]:
    """Return what a notebook's run recorded: values, answer, skipped figures.

    Parameters
    ----------
    places : Places
        Where its results are.
    stem : str
        The notebook.

    Returns
    -------
    dict
        Empty where there is no such run.
    """
    path = places.values / f"{stem}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def variant_of(places: Places) -> str:
    """Return the name of the variant that places belong to, empty for the project's own.

    Parameters
    ----------
    places : Places
        Where results are.

    Returns
    -------
    str
        Name of the folder in ``build/variants``.

    Examples
    --------
    >>> variant_of(Places.of("basis=incl_attackers")), variant_of(Places.of())
    ('basis=incl_attackers', '')
    """
    top = places.record.parent
    return top.name if top.parent == BUILD / "variants" else ""
