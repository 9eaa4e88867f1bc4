"""How alike two events are: dates, places, deaths, actors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sahelstats.tables.schema import BASES, range_column

#: What each part of the likeness weighs.
WEIGHTS = {"date": 0.3, "place": 0.35, "deaths": 0.2, "actor": 0.15}
PARTS = tuple(WEIGHTS)

#: Days and kilometres by which a date or a point may be off, by its precision.
DAYS_OFF = {"day": 0, "week": 6, "month": 30, "year": 365}
KM_OFF = {1: 5.0, 2: 25.0, 3: 40.0, 4: 100.0, 5: 150.0}

#: Score of a part that one of the two tables says nothing about.
NEUTRAL = 0.5

#: Families between which reports waver: who is behind an attack is often told late or never.
_LOOSE = ("unidentified", "other")


@dataclass(frozen=True)
class Events:
    """What is compared of a table, as arrays.

    Attributes
    ----------
    ids : array of str
        Incident ids.
    start, end : array of float
        Days since 1970.
    days_off : array of float
        By how many days the date may be off.
    points : array of float, shape (n, 3)
        On the unit sphere; NaN where there is none.
    km_off : array of float
        By how many kilometres the point may be off.
    low, best, high : array of float
        Killed; the widest of both bases, NaN where nobody said.
    family : array of str
        Of the actor.
    side_only : array of bool
        Whether the actor is only one of two sides.
    """

    ids: np.ndarray
    start: np.ndarray
    end: np.ndarray
    days_off: np.ndarray
    points: np.ndarray
    km_off: np.ndarray
    low: np.ndarray
    best: np.ndarray
    high: np.ndarray
    family: np.ndarray
    side_only: np.ndarray

    @classmethod
    def of(cls, table: pd.DataFrame) -> Events:
        """Return what is compared of a tidy table."""
        start, end = (
            table[name].to_numpy("datetime64[D]").astype(float)
            for name in ("date_start", "date_end")
        )
        figures = [
            table[range_column("killed", basis, part)].to_numpy(float, na_value=np.nan)
            for basis in BASES
            for part in ("low", "best", "high")
        ]
        known = np.array(figures)
        # Two tables may count on different bases: what either says is within the widest range.
        empty = np.isnan(known).all(axis=0)
        low = np.where(empty, np.nan, np.nanmin(np.where(empty, 0, known), axis=0))
        high = np.where(empty, np.nan, np.nanmax(np.where(empty, 0, known), axis=0))
        best = np.where(np.isnan(known[4]), known[1], known[4])
        return cls(
            table["incident_id"].to_numpy(dtype=object), start, end,
            table["date_precision"].astype(str).map(DAYS_OFF).to_numpy(float), _on_sphere(table),
            table["geo_precision"].map(KM_OFF).to_numpy(float, na_value=150.0), low, best, high,
            table["actor_family"].astype(str).to_numpy(dtype=object),
            (table["attribution"].astype(str) == "side").to_numpy(bool),
        )  # fmt: skip


def _on_sphere(table: pd.DataFrame) -> np.ndarray:
    latitude, longitude = (
        np.radians(table[name].to_numpy(float)) for name in ("latitude", "longitude")
    )
    across = np.cos(latitude)
    return np.column_stack(
        [across * np.cos(longitude), across * np.sin(longitude), np.sin(latitude)]
    )


@dataclass(frozen=True)
class Scores:
    """Likeness of candidate pairs.

    Attributes
    ----------
    parts : dict of str to array of float
        From 0 to 1, for each part.
    total : array of float
        Weighted mean.
    """

    parts: dict[str, np.ndarray]
    total: np.ndarray
    facts: pd.DataFrame

    def reasons(self, rows: np.ndarray) -> list[str]:
        """Return in words why some pairs score what they score."""
        return [_in_words(fact) for fact in self.facts.iloc[rows].to_dict("records")]


def scores(
    left: Events, right: Events, one: np.ndarray, other: np.ndarray, days: np.ndarray,
    km: np.ndarray, max_days: float, max_km: float,
) -> Scores:  # fmt: skip
    """Score pairs of events.

    Parameters
    ----------
    left, right : Events
        Two tables.
    one, other : array of int, shape (n,)
        Positions of the pairs in them.
    days, km : array of float, shape (n,)
        Between the events of each pair.
    max_days, max_km : float
        Limits that candidates keep: what lies there scores least.

    Returns
    -------
    Scores
        By part and in all.
    """
    days_off = np.maximum(left.days_off[one], right.days_off[other])
    km_off = left.km_off[one] + right.km_off[other]
    deaths = _deaths(left, right, one, other)
    actor = _actor(left, right, one, other)
    parts = {
        "date": _date(left, right, one, other, days, days_off, max_days),
        "place": _place(km, km_off, max_km),
        "deaths": deaths,
        "actor": actor,
    }
    total = sum(WEIGHTS[part] * values for part, values in parts.items())
    facts = pd.DataFrame(
        {
            "days": days, "km": km, "km_off": km_off,
            "left_best": left.best[one], "right_best": right.best[other], "deaths": deaths,
            "left_family": left.family[one], "right_family": right.family[other], "actor": actor,
        }
    )  # fmt: skip
    return Scores(parts, np.asarray(total, dtype=float), facts)


def _date(
    left: Events, right: Events, one: np.ndarray, other: np.ndarray, days: np.ndarray,
    days_off: np.ndarray, max_days: float,
) -> np.ndarray:  # fmt: skip
    """Return 1 on the same day, less for each day between them; a date that may be off costs less.

    Events of which one lasts much longer than the other agree less than their days alone say.
    """
    beyond = np.maximum(days - days_off, 0)
    score = 1 - 0.75 * beyond / (max_days + 1)
    # Within what the precision allows a gap still counts a little: nearer is likelier.
    score -= 0.1 * np.minimum(days, days_off) / (days_off + 1)
    lengths = [
        events.end[rows] - events.start[rows] for events, rows in ((left, one), (right, other))
    ]
    return np.clip(score - 0.1 * np.minimum(np.abs(lengths[0] - lengths[1]) / 14, 2), 0, 1)


def _place(km: np.ndarray, km_off: np.ndarray, max_km: float) -> np.ndarray:
    """Return 1 at the same point, less with distance; far points of low precision lose less."""
    near = np.exp(-km / 10)
    within = np.clip(1 - km / (km_off + max_km), 0, 1)
    return 0.6 * near + 0.4 * within


def _deaths(left: Events, right: Events, one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Return 1 where the ranges meet and the best figures are alike, less with their ratio."""
    ratio = np.abs(np.log1p(left.best[one]) - np.log1p(right.best[other]))
    meet = (left.low[one] <= right.high[other]) & (right.low[other] <= left.high[one])
    score = np.exp(-ratio) * np.where(meet, 0.7, 0.8) + np.where(meet, 0.3, 0)
    return np.where(np.isnan(score), NEUTRAL, score)


def _actor(left: Events, right: Events, one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Return 1 for the same family, neutral where either does not say who attacked, else 0."""
    mine, theirs = left.family[one], right.family[other]
    same = (mine == theirs) & ~np.isin(mine, _LOOSE)
    loose = np.isin(mine, _LOOSE) | np.isin(theirs, _LOOSE)
    # A table that names two sides may have the attacker as the other one.
    sides = left.side_only[one] | right.side_only[other]
    return np.where(same, 1.0, np.where(loose | sides, NEUTRAL, 0.0))


def _in_words(fact: dict[str, float | str]) -> str:
    """Return the facts of one pair as a short sentence each."""
    days, km = float(fact["days"]), float(fact["km"])
    words = ["same days" if days == 0 else f"{days:.0f} day{'s' if days > 1 else ''} apart"]
    within = " (within what the precision allows)" if km <= float(fact["km_off"]) else ""
    words.append("same point" if km < 0.1 else f"{km:.0f} km apart{within}")
    mine, theirs = float(fact["left_best"]), float(fact["right_best"])
    if np.isnan(mine) or np.isnan(theirs):
        words.append("deaths not given by both")
    else:
        words.append(f"{mine:.0f} and {theirs:.0f} killed")
    if fact["actor"] == 1.0:
        words.append(f"both {fact['left_family']}")
    else:
        words.append(f"{fact['left_family']} and {fact['right_family']}")
    return "; ".join(words)
