"""Countries as producers name and number them, and their ISO 3166-1 alpha-3 codes."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

#: Codes (ISO 3166-1), numbers of states by Gleditsch and Ward as UCDP uses them, and every name
#: that a producer writes. States that are no more have the code they had.
TABLE = Path(__file__).with_name("countries.csv")


@lru_cache(maxsize=1)
def _rows() -> list[dict[str, str]]:
    with TABLE.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@lru_cache(maxsize=1)
def by_state_number() -> dict[int, str]:
    """Return the ISO code for each number of Gleditsch and Ward.

    Examples
    --------
    >>> by_state_number()[432], by_state_number()[678]
    ('MLI', 'YEM')
    """
    return {
        int(number): row["iso3"] for row in _rows() for number in row["gwno"].split("; ") if number
    }


@lru_cache(maxsize=1)
def by_iso_number() -> dict[int, str]:
    """Return the ISO alpha-3 code for each ISO number.

    Examples
    --------
    >>> by_iso_number()[466]
    'MLI'
    """
    return {int(row["iso_numeric"]): row["iso3"] for row in _rows() if row["iso_numeric"]}


@lru_cache(maxsize=1)
def _by_name() -> dict[str, str]:
    return {
        folded(name): row["iso3"]
        for row in _rows()
        for name in (row["iso3"], row["name"], *row["other_names"].split("; "))
        if name
    }


@lru_cache(maxsize=1)
def short_names() -> dict[str, str]:
    """Return for each ISO code the name in daily use.

    Examples
    --------
    >>> short_names()["SYR"], short_names()["COD"], short_names()["DOM"]
    ('Syria', 'DR Congo', 'Dominican Republic')
    """
    found = {}
    for row in _rows():
        name, other = row["name"], row["other_names"].split("; ")[0]
        formal = re.search(",|Republic|Federation|Darussalam", name) and other
        found[row["iso3"]] = re.sub(r" \(.*\)", "", other if formal else name)
    return found


def folded(text: str) -> str:
    """Return a text without accents, case and doubled blanks, for comparing names.

    Examples
    --------
    >>> folded("  Côte  d'Ivoire")
    "cote d'ivoire"
    """
    plain = unicodedata.normalize("NFKD", text.replace("\u2019", "'"))
    letters = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return " ".join(letters.lower().split())


def code_of(name: str) -> str:
    """Return the ISO code of a country by any of its names.

    Parameters
    ----------
    name : str
        As a producer writes it; accents and case do not matter.

    Returns
    -------
    str
        ISO 3166-1 alpha-3; empty where the name is not known.

    Examples
    --------
    >>> code_of("Ivory Coast"), code_of("Russia (Soviet Union)"), code_of("Atlantis")
    ('CIV', 'RUS', '')
    """
    return _by_name().get(folded(name), "")


def codes_of(names: Iterable[str]) -> tuple[list[str], list[str]]:
    """Return the codes of some countries, and the names that are not known.

    Examples
    --------
    >>> codes_of(["Mali", "BFA", "Atlantis"])
    (['MLI', 'BFA'], ['Atlantis'])
    """
    listed = list(names)
    codes = [code_of(name) for name in listed]
    unknown = [name for name, code in zip(listed, codes, strict=True) if not code]
    return [code for code in codes if code], unknown
