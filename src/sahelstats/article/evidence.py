"""What an assertion is checked against: the curated tables, and event data where there is some."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from sahelstats.geography import distance_km
from sahelstats.ranges import ranges
from sahelstats.tables import load_places

#: The article itself is a claimant of the table; its figures are never checked against themselves.
ARTICLE = "BBC"


@dataclass(frozen=True)
class Evidence:
    """Tables that an assertion is checked against.

    Attributes
    ----------
    table : DataFrame
        Tidy incidents: the curated ones, or imported event data.
    claims : DataFrame or None
        Claims on the curated incidents; None for imported data.
    """

    table: pd.DataFrame
    claims: pd.DataFrame | None = None

    @cached_property
    def others(self) -> pd.DataFrame:
        """Claims of everybody but the article."""
        assert self.claims is not None, "asked of claims, without claims"
        return self.claims[self.claims["claimant"] != ARTICLE]

    def range_without_article(self, incident_id: str, outcome: str, basis: str) -> pd.Series:
        """Return the range of one incident from everybody's claims but the article's."""
        own = self.others[self.others["incident_id"] == incident_id]
        return ranges(own, outcome, basis).loc[incident_id]

    def incident(self, incident_id: str) -> pd.Series:
        """Return one incident of the table."""
        return self.table.set_index("incident_id").loc[incident_id]

    def km_from(self, place: str) -> np.ndarray:
        """Return the distance of every incident from a place of places.csv, in km."""
        at = load_places().set_index("place").loc[place]
        return np.asarray(
            distance_km(
                at["latitude"], at["longitude"], self.table["latitude"], self.table["longitude"]
            )
        )

    def between(self, first: int, last: int) -> pd.Series:
        """Return which incidents began in a span of years, both included."""
        return self.table["year"].between(first, last).fillna(False)
