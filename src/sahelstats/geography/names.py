"""One spelling for each country and each first-level division that can be compared."""

import unicodedata
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sahelstats.boundaries import load_boundaries
from sahelstats.paths import BOUNDARIES

ALIASES = BOUNDARIES / "aliases.csv"
# Words that say what kind of division a name is, not which one ("Soum province").
_KINDS = {
    "province", "region", "cercle", "department", "departement", "prefecture", "commune",
    "district", "state", "wilaya", "governorate",
}  # fmt: skip


def fold(name: object) -> str:
    """Reduce a name to letters and single spaces: no accents, case or kind of division.

    >>> fold("Côte d'Ivoire"), fold("Djenné cercle"), fold("Boucle-du-Mouhoun region")
    ('cote d ivoire', 'djenne', 'boucle du mouhoun')
    """
    if name is None or name is pd.NA or name != name:
        return ""
    plain = unicodedata.normalize("NFKD", str(name))
    letters = "".join(c if c.isalnum() else " " for c in plain if not unicodedata.combining(c))
    words = letters.lower().split()
    kept = [w for w in words if w not in _KINDS]
    return " ".join(kept or words)


@lru_cache(maxsize=4)
def load_aliases(path: Path = ALIASES) -> pd.DataFrame:
    """Read the table of spellings and of divisions that were split, merged or renamed.

    Parameters
    ----------
    path : Path
        CSV with columns level, country, name, alias_of; empty alias_of means that the
        division straddles the comparable ones, so that it has no counterpart.

    Returns
    -------
    DataFrame
        The four columns as text. Read once, then shared: treat as read-only.

    Raises
    ------
    ValueError
        Columns are lacking, or one name is given two meanings.

    Notes
    -----
    Own table; data/boundaries/README.md says how it was made.

    Examples
    --------
    >>> load_aliases().query("name == 'Ménaka'").alias_of.tolist()
    ['Gao']
    """
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    lacking = {"level", "country", "name", "alias_of"} - set(table.columns)
    if lacking:
        raise ValueError(f"{path.name} lacks the columns {sorted(lacking)}")
    keys = table.assign(key=table["name"].map(fold))[["level", "country", "key", "alias_of"]]
    distinct = keys.drop_duplicates()
    twice = distinct.duplicated(["level", "country", "key"], keep=False)
    if twice.any():
        rows = distinct.loc[twice, "key"].unique()[:5].tolist()
        raise ValueError(f"{path.name} gives two meanings to {rows} ({int(twice.sum())} rows)")
    return table


@lru_cache(maxsize=1)
def _lookup() -> dict[tuple[str, str, str], str]:
    """Map (level, country, folded name) to the comparable spelling."""
    admin1 = load_boundaries("admin1")
    pairs = zip(admin1.iso3.tolist(), admin1.name.tolist(), strict=True)
    known = {("admin1", iso3, fold(name)): name for iso3, name in pairs}
    countries = load_boundaries("country")
    for iso3, name in zip(countries.iso3.tolist(), countries.name.tolist(), strict=True):
        known["country", "", fold(iso3)] = known["country", "", fold(name)] = iso3
    aliases = load_aliases()
    # A comparable name stands for itself, unless it is also an alias of something else.
    for level, country, target in aliases[["level", "country", "alias_of"]].itertuples(index=False):
        if target:
            known[level, country, fold(target)] = target
    for level, country, name, target in aliases[
        ["level", "country", "name", "alias_of"]
    ].itertuples(index=False):
        known[level, country, fold(name)] = target
    return known


def comparable_names(country: Any, admin1: Any) -> NDArray[np.object_]:
    """Translate first-level (or finer) division names into comparable ones.

    Parameters
    ----------
    country : Series or array of str, shape (n,)
        ISO alpha-3 codes.
    admin1 : Series or array of str, shape (n,)
        Names in any known spelling: of today's divisions, of Natural Earth's, or finer
        ones (provinces of Burkina Faso, cercles of Mali).

    Returns
    -------
    ndarray of object, shape (n,)
        The comparable name; None where the name is missing, unknown or straddles
        several comparable divisions.

    Raises
    ------
    ValueError
        The two differ in length.

    Notes
    -----
    data/boundaries/aliases.csv. Comparable: the smallest areas that both today's names
    and Natural Earth's polygons can be summed to (Mali's regions before 2016, Burkina
    Faso's 13 regions before 2025, Guinea's regions, Ghana's before 2018).

    Examples
    --------
    >>> comparable_names(["MLI", "BFA", "BFA"], ["Menaka", "Soum province", None]).tolist()
    ['Gao', 'Sahel', None]
    """
    if len(np.atleast_1d(country)) != len(np.atleast_1d(admin1)):
        raise ValueError(f"{len(country)} countries but {len(admin1)} names")
    lookup = _lookup()
    # Names repeat: translate each distinct pair once.
    of_country, countries = pd.factorize(np.asarray(country, object))
    of_name, names = pd.factorize(np.asarray(admin1, object))
    pairs, which = np.unique(of_country * (len(names) + 1) + of_name + 1, return_inverse=True)
    found = []
    for pair in pairs.tolist():
        c, n = divmod(pair, len(names) + 1)
        known = c >= 0 and n > 0
        found.append(lookup.get(("admin1", countries[c], fold(names[n - 1]))) if known else None)
    return np.array([name or None for name in found], dtype=object)[which]


def country_codes(names: Any) -> NDArray[np.object_]:
    """Translate country names or codes in any known spelling to ISO alpha-3.

    Parameters
    ----------
    names : Series or array of str, shape (n,)
        "Ivory Coast", "Côte d'Ivoire", "CI", "CIV" ...

    Returns
    -------
    ndarray of object, shape (n,)
        ISO 3166-1 alpha-3; None where the name is not one of the fourteen countries.

    Raises
    ------
    ValueError
        Never for unknown names: they are None.

    Notes
    -----
    data/boundaries/aliases.csv, level "country".

    Examples
    --------
    >>> country_codes(["Ivory Coast", "mali", "Atlantis"]).tolist()
    ['CIV', 'MLI', None]
    """
    codes, distinct = pd.factorize(np.asarray(names, object))
    lookup = _lookup()
    found = [lookup.get(("country", "", fold(n))) for n in distinct]
    return np.asarray(np.array([*found, None], dtype=object)[codes])
