"""The curated tables together, as the tools of this room need them."""

from __future__ import annotations

import difflib
import unicodedata
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from sahelstats.paths import CURATED
from sahelstats.tables import schema
from sahelstats.tables.loading import load_claims, load_table


class CurationError(ValueError):
    """A request that cannot be met, in one sentence that says what to do."""


@dataclass(frozen=True)
class Curated:
    """Incidents, claims and actors of one folder.

    Attributes
    ----------
    incidents : DataFrame
        As in ``incidents.csv``, indexed by ``incident_id``.
    claims : DataFrame
        As ``load_claims`` returns them.
    actors : DataFrame
        As in ``actors.csv``, indexed by ``actor``.
    """

    incidents: pd.DataFrame
    claims: pd.DataFrame
    actors: pd.DataFrame

    def claims_of(self, incident_id: str) -> pd.DataFrame:
        """Return the claims of one incident."""
        return self.claims[self.claims["incident_id"] == incident_id]


def load_curated(folder: Path | str | None = None) -> Curated:
    """Load the curated tables.

    Parameters
    ----------
    folder : Path or str, optional
        Default ``data/curated``.

    Returns
    -------
    Curated
        Typed tables.

    Raises
    ------
    TableError
        When a table has faults.

    Examples
    --------
    >>> "MLI-20220327-moura" in load_curated().incidents.index
    True
    """
    folder = CURATED if folder is None else Path(folder)
    incidents = load_table(folder / "incidents.csv", schema.INCIDENTS)
    actors = load_table(folder / "actors.csv", schema.ACTORS)
    return Curated(
        incidents.set_index("incident_id"),
        load_claims(folder / "claims.csv"),
        actors.set_index("actor"),
    )


def nearest(name: str, known: list[str], count: int = 5) -> list[str]:
    """Return the known names nearest to one that is not known.

    Parameters
    ----------
    name : str
        What was asked for.
    known : list of str
        What there is.
    count : int
        How many to return at most.

    Returns
    -------
    list of str
        Names that hold all words of the name first, then those spelled alike; case is ignored.

    Examples
    --------
    >>> nearest("moura", ["MLI-20220327-moura", "BFA-20230420-karma"])
    ['MLI-20220327-moura']
    >>> nearest("human right watch", ["AFP", "Human Rights Watch"])
    ['Human Rights Watch']
    """
    folded: dict[str, str] = {plain(other): other for other in known}
    wanted = plain(name)
    holding = [key for key in folded if all(word in key for word in wanted.split())]
    # Long lists of holders are cut to the likest: everything holds an "a".
    holding.sort(key=lambda key: -difflib.SequenceMatcher(None, wanted, key).ratio())
    alike = difflib.get_close_matches(wanted, folded, n=count, cutoff=0.55)
    return [folded[key] for key in dict.fromkeys([*holding, *alike])][:count]


def plain(text: str) -> str:
    """Return text without accents and case, for comparing.

    Examples
    --------
    >>> plain("Côte d'Ivoire")
    "cote d'ivoire"
    """
    spelled = unicodedata.normalize("NFKD", text)
    return "".join(sign for sign in spelled if not unicodedata.combining(sign)).casefold()
