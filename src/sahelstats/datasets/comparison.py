"""The project's incidents beside UCDP's events: what is found, how it differs, what is lacking."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sahelstats.datasets.crosscheck import Record, why_not_covered
from sahelstats.datasets.lacking import with_reasons
from sahelstats.datasets.matching import EARTH_KM, MIN_SCORE, match_events
from sahelstats.datasets.similarity import Events
from sahelstats.tables.schema import BASES, range_column

PARTS = ("low", "best", "high")

#: Events this near the paired one, in days and km, are taken as parts of the same incident.
SAME_DAYS, SAME_KM = 1, 10


def tolls(table: pd.DataFrame) -> pd.DataFrame:
    """Return one toll per incident, counted as nearly as can be as UCDP counts.

    Parameters
    ----------
    table : DataFrame
        Tidy incidents.

    Returns
    -------
    DataFrame
        ``low``, ``best``, ``high`` (people, NaN where nobody said; bounds always contain best),
        ``open_above`` (whether the high was left open upwards) and ``basis``: with the attackers
        where that is known, as UCDP counts all dead, else without.

    Examples
    --------
    >>> from sahelstats import load_incidents
    >>> found = tolls(load_incidents()).dropna(subset="best")
    >>> bool((found["low"] <= found["best"]).all() and (found["best"] <= found["high"]).all())
    True
    """
    without, with_attackers = (
        table[[range_column("killed", basis, part) for part in PARTS]].set_axis(PARTS, axis=1)
        for basis in BASES
    )
    counted = with_attackers["best"].notna()
    found = with_attackers.where(counted, without).astype(float)
    found["low"] = found[["low", "best"]].min(axis=1)
    found["high"] = found[["best", "high"]].max(axis=1)
    open_with, open_without = (
        table[range_column("killed", basis, "open_above")].eq(True).fillna(False)
        for basis in reversed(BASES)
    )
    found["open_above"] = open_with.where(counted, open_without).astype(bool)
    found["basis"] = np.where(counted, "incl_attackers", "excl_attackers")
    return found


def compare(table: pd.DataFrame, record: Record, days: float = 2, km: float = 50) -> pd.DataFrame:
    """Set each incident beside the event of UCDP that is the same, or say why there is none.

    Parameters
    ----------
    table : DataFrame
        The project's tidy incidents.
    record : Record
        UCDP's events and what they cover.
    days, km : float
        Limits within which ``match_events`` looks.

    Returns
    -------
    DataFrame
        One row per incident, in the order of `table`: ``incident_id``, ``place``, ``country``,
        ``year``, ``date_start``, ``geo_precision``, ``type_of_violence``, ``actor``,
        ``actor_family``; ``low``, ``best``, ``high``, ``open_above``, ``basis`` as ``tolls`` gives
        them; ``covered``, ``found``, ``reason`` (a key of ``lacking.REASONS``, empty where found);
        of the pair ``event_id``, ``score``, ``ambiguous``, ``days_later`` (event's first day less
        the incident's), ``days_longer`` (length of the event less that of the incident),
        ``km_apart``, ``event_precision``, ``event_low``, ``event_best``, ``event_high``;
        ``n_events`` and ``sum_low``, ``sum_best``, ``sum_high`` of the pair and the events that
        belong to it; ``other_id``: the event or incident that stood in the way of a pair.

    Examples
    --------
    >>> from sahelstats import load_incidents
    >>> from sahelstats.datasets.crosscheck import load_crosscheck, record_of_crosscheck
    >>> found = compare(load_incidents(), record_of_crosscheck(load_crosscheck()))
    >>> bool((found["reason"].eq("") == found["found"]).all())
    True
    """
    names = ["incident_id", "place", "country", "year", "date_start", "date_end", "geo_precision",
             "type_of_violence", "actor", "actor_family"]  # fmt: skip
    rows = table[names].reset_index(drop=True).join(tolls(table).reset_index(drop=True))
    uncovered = why_not_covered(table, record).reset_index(drop=True)
    rows["covered"] = uncovered == ""
    candidates = match_events(
        table[rows["covered"].to_numpy()], record.events, days, km, MIN_SCORE, candidates=True
    )
    rows = _with_pairs(rows, candidates[candidates["matched"]], record.events)
    rows = rows.join(_together(rows, candidates, record.events))
    return with_reasons(rows, uncovered, candidates, record.events)


def _with_pairs(rows: pd.DataFrame, pairs: pd.DataFrame, events: pd.DataFrame) -> pd.DataFrame:
    """Add the event of each incident that has one, and the differences."""
    kept = pairs[["left_id", "right_id", "score", "ambiguous", "km_apart"]]
    kept = kept.rename(columns={"left_id": "incident_id", "right_id": "event_id"})
    own = tolls(events)[list(PARTS)].add_prefix("event_")
    own["event_id"] = events["incident_id"]
    own["event_start"], own["event_end"] = events["date_start"], events["date_end"]
    own["event_precision"] = events["geo_precision"]
    rows = rows.merge(kept.merge(own, on="event_id"), on="incident_id", how="left")
    rows["found"] = rows["event_id"].notna()
    rows["ambiguous"] = rows["ambiguous"].eq(True)
    start, end = rows.pop("event_start"), rows.pop("event_end")
    rows["days_later"] = (start - rows["date_start"]).dt.days
    rows["days_longer"] = ((end - start) - (rows.pop("date_end") - rows["date_start"])).dt.days
    return rows


def _together(rows: pd.DataFrame, candidates: pd.DataFrame, events: pd.DataFrame) -> pd.DataFrame:
    """Return the number and the sums of the events that make up each pair.

    UCDP codes an attack once for each dyad and type of violence: what lies next to the paired
    event, near the same incident, and is nobody else's pair, is counted with it.
    """
    at = {name: place for place, name in enumerate(events["incident_id"])}
    known = Events.of(events)
    own = tolls(events)[list(PARTS)].to_numpy()
    taken = set(rows["event_id"].dropna())
    near = candidates.groupby("left_id")["right_id"].agg(list)
    columns = ["n_events", *(f"sum_{part}" for part in PARTS)]
    found = pd.DataFrame(np.nan, index=rows.index, columns=columns).assign(n_events=0)
    # The surest pair first: an event that lies near two of them is counted once.
    for row in (
        rows[rows["found"]].sort_values("score", ascending=False, kind="stable").itertuples()
    ):
        free = [at[name] for name in near[row.incident_id] if name not in taken]
        more = _next_to(known, at[row.event_id], np.array(free, dtype=int))
        taken.update(known.ids[more])
        found.loc[row.Index] = [1 + len(more), *own[[at[row.event_id], *more]].sum(axis=0)]
    return found


def _next_to(events: Events, one: int, others: np.ndarray) -> np.ndarray:
    """Return which of some events are within a day and ten kilometres of one."""
    gap = np.maximum(events.start[others] - events.end[one], events.start[one] - events.end[others])
    chord = np.linalg.norm(events.points[others] - events.points[one], axis=1)
    distance = 2 * EARTH_KM * np.arcsin(np.minimum(chord / 2, 1))
    return others[(gap <= SAME_DAYS) & (distance <= SAME_KM)]


def holds_enough(events: pd.DataFrame, covered: pd.DataFrame) -> bool:
    """Return whether events can be the whole record of the countries and years of some incidents.

    A sample or a part of a record lacks incidents that its producer has. What has fewer events
    than a table picked by hand holds incidents is surely one.

    Parameters
    ----------
    events, covered : DataFrame
        Columns ``country`` and ``year``.

    Returns
    -------
    bool
        Whether there are at least as many events in these countries and years as incidents.

    Examples
    --------
    >>> events = pd.DataFrame({"country": ["MLI", "SYR", "SYR"], "year": 2022})
    >>> two = pd.DataFrame({"country": ["MLI", "MLI"], "year": [2021, 2022]})
    >>> holds_enough(events, two), holds_enough(events, two[:1])
    (False, False)
    >>> holds_enough(events, two[1:])
    True
    """
    inside = events["country"].isin(set(covered["country"]))
    if len(covered):
        inside &= events["year"].between(covered["year"].min(), covered["year"].max())
    return bool(inside.sum() >= len(covered))
