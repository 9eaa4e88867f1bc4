"""Which rows of two tidy tables are the same incident, with a score and reasons for each pair."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sahelstats.datasets.similarity import PARTS, Events, scores

#: Two candidates of which the scores differ by less are hard to tell apart.
MARGIN = 0.05

#: Least score of a pair.
MIN_SCORE = 0.5

#: Length of the slices of time in which candidates are looked for, in days: events of months lie
#: in several.
SLICE = 30

EARTH_KM = 6371.0088

COLUMNS = (
    "left_id", "right_id", "score", "days_apart", "km_apart", *(f"score_{part}" for part in PARTS),
    "matched", "ambiguous", "rival_id", "rival_score", "reasons",
)  # fmt: skip


@dataclass(frozen=True)
class _Pairs:
    """Candidates: positions in both tables, days and kilometres between them."""

    left: np.ndarray
    right: np.ndarray
    days: np.ndarray
    km: np.ndarray


def match_events(
    left: pd.DataFrame,
    right: pd.DataFrame,
    days: float = 2,
    km: float = 50,
    min_score: float = MIN_SCORE,
    candidates: bool = False,
) -> pd.DataFrame:
    """Find the rows of two tables that are the same incident.

    Candidates lie within `days` and `km` of each other. Each gets a score from 0 to 1: the mean of
    how well dates, places, deaths and actors agree, weighted by ``similarity.WEIGHTS``. Of all ways
    to pair each row with at most one of the other table, the one with the largest sum of scores is
    taken.

    Parameters
    ----------
    left, right : DataFrame
        Tidy incidents, as ``load_incidents`` returns them; rows without a point have no match.
    days : float
        Most days between two incidents; from last day to first where they last.
    km : float
        Most kilometres between two points, on the sphere.
    min_score : float
        Least score of a pair.
    candidates : bool
        Return every candidate, not only the pairs.

    Returns
    -------
    DataFrame
        One row per pair, best first: ``left_id``, ``right_id``, ``score``, ``days_apart``,
        ``km_apart``, the scores of the parts (``score_date``, ``score_place``, ``score_deaths``,
        ``score_actor``), ``matched``, ``ambiguous`` (another candidate of either row scores less
        than 0.05 below, or above, but is needed elsewhere), ``rival_id``, ``rival_score`` (the
        strongest such candidate, also where it is clearly weaker) and ``reasons`` in words.

    Raises
    ------
    ValueError
        When a limit is negative, or an id stands in a table twice.

    Examples
    --------
    >>> from sahelstats import load_incidents
    >>> table = load_incidents().head(20)
    >>> pairs = match_events(table, table)
    >>> bool((pairs["left_id"] == pairs["right_id"]).all())
    True
    """
    if days < 0 or km < 0:
        raise ValueError(f"days and km must not be negative: {days:g}, {km:g}")
    for side, table in (("left", left), ("right", right)):
        twins = table["incident_id"][table["incident_id"].duplicated()]
        if len(twins):
            raise ValueError(f"the {side} table has {twins.iloc[0]} twice")
    one, other = Events.of(left), Events.of(right)
    pairs = find_candidates(one, other, days, km)
    found = scores(one, other, pairs.left, pairs.right, pairs.days, pairs.km, days, km)
    chosen = assign(pairs.left, pairs.right, np.where(found.total < min_score, 0, found.total))
    rival, rival_score = _rivals(pairs, found.total)
    frame = pd.DataFrame(
        {
            "left_id": one.ids[pairs.left],
            "right_id": other.ids[pairs.right],
            "score": found.total.round(4),
            "days_apart": pairs.days.astype(int),
            "km_apart": pairs.km.round(1),
            **{f"score_{part}": values.round(4) for part, values in found.parts.items()},
            "matched": chosen,
            "ambiguous": chosen & (rival_score > found.total - MARGIN),
            "rival_id": _rival_ids(one, other, pairs, rival),
            "rival_score": rival_score.round(4),
        }
    )
    rows = np.ones(len(frame), dtype=bool) if candidates else chosen
    frame = frame[rows]
    frame["reasons"] = found.reasons(np.flatnonzero(rows))
    order = ["score", "left_id", "right_id"]
    ordered = frame.sort_values(order, ascending=[False, True, True], kind="stable")
    return ordered.reset_index(drop=True)[list(COLUMNS)]


def find_candidates(left: Events, right: Events, days: float, km: float) -> _Pairs:
    """Find all pairs of events within some days and kilometres of each other.

    Parameters
    ----------
    left, right : Events
        Two tables.
    days, km : float
        Limits, both allowed.

    Returns
    -------
    pairs
        ``left``, ``right`` (positions), ``days`` and ``km`` between them; each pair once.
    """
    found: list[np.ndarray] = []
    for members in _slices(left, right, days):
        found.append(_near(left.points[members[0]], right.points[members[1]], km, members))
    both = np.concatenate(found) if found else np.empty((0, 2), dtype=np.int64)
    keys = np.unique(both[:, 0] * max(len(right.ids), 1) + both[:, 1])
    one, other = np.divmod(keys, max(len(right.ids), 1))
    gap = np.maximum(
        np.maximum(left.start[one] - right.end[other], right.start[other] - left.end[one]), 0
    )
    chord = np.linalg.norm(left.points[one] - right.points[other], axis=1)
    distance = 2 * EARTH_KM * np.arcsin(np.minimum(chord / 2, 1))
    keep = (gap <= days) & (distance <= km)
    return _Pairs(one[keep], other[keep], gap[keep], distance[keep])


def _slices(left: Events, right: Events, days: float) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return the events of both tables that touch each slice of time, where both have some."""
    placed = [np.flatnonzero(~np.isnan(events.points[:, 0])) for events in (left, right)]
    if not len(placed[0]) or not len(placed[1]):
        return []
    one = _by_slice(placed[0], left.start[placed[0]] - days, left.end[placed[0]] + days)
    other = _by_slice(placed[1], right.start[placed[1]], right.end[placed[1]])
    return [(one[key], other[key]) for key in sorted(one.keys() & other.keys())]


def _by_slice(rows: np.ndarray, start: np.ndarray, end: np.ndarray) -> dict[int, np.ndarray]:
    """Return the rows that touch each slice of time."""
    first, last = (np.floor(edge / SLICE).astype(np.int64) for edge in (start, end))
    count = last - first + 1
    repeated = np.repeat(rows, count)
    offset = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    keys = np.repeat(first, count) + offset
    order = np.argsort(keys, kind="stable")
    different, begin = np.unique(keys[order], return_index=True)
    groups = np.split(repeated[order], begin[1:])
    return dict(zip(different.tolist(), groups, strict=True))


def _near(
    one: np.ndarray, other: np.ndarray, km: float, members: tuple[np.ndarray, np.ndarray]
) -> np.ndarray:
    """Return the pairs of points within a distance, as pairs of positions in the tables."""
    from scipy.spatial import cKDTree

    # A little more than the limit: the distance itself is checked afterwards.
    chord = 2 * np.sin(min(km / EARTH_KM / 2, np.pi / 2)) * (1 + 1e-9) + 1e-12
    lists = cKDTree(one).query_ball_tree(cKDTree(other), chord)
    counts = np.array([len(near) for near in lists])
    near = np.array([place for near in lists for place in near], dtype=np.int64)
    return np.column_stack([members[0][np.repeat(np.arange(len(one)), counts)], members[1][near]])


def assign(left: np.ndarray, right: np.ndarray, score: np.ndarray) -> np.ndarray:
    """Choose pairs, each row at most once, so that the sum of their scores is largest.

    Parameters
    ----------
    left, right : array of int, shape (n,)
        Rows of the candidates; no pair twice.
    score : array of float, shape (n,)
        From 0 to 1; a pair with 0 is never chosen.

    Returns
    -------
    array of bool, shape (n,)
        The chosen pairs.

    Examples
    --------
    >>> assign(np.array([0, 0, 1]), np.array([0, 1, 0]), np.array([0.9, 0.8, 0.7]))
    array([False,  True,  True])
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import min_weight_full_bipartite_matching

    chosen = np.zeros(len(score), dtype=bool)
    used = np.flatnonzero(score > 0)
    if not len(used):
        return chosen
    _, one = np.unique(left[used], return_inverse=True)
    _, other = np.unique(right[used], return_inverse=True)
    rows, columns = one.max() + 1, other.max() + 1
    # Each row may also stay alone: it then takes a column of its own, which is worth nothing.
    # Costs are 2 minus the score, since a sparse matrix has no place for a cost of 0.
    cost = coo_array(
        (
            np.concatenate([2 - score[used], np.full(rows, 2.0)]),
            (
                np.concatenate([one, np.arange(rows)]),
                np.concatenate([other, columns + np.arange(rows)]),
            ),
        ),
        shape=(rows, columns + rows),
    )
    _, taken = min_weight_full_bipartite_matching(cost.tocsr())
    chosen[used] = taken[one] == other
    return chosen


def _rivals(pairs: _Pairs, total: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return for each pair the strongest other candidate of either of its rows, and its score."""
    best = np.full(len(total), -1, dtype=np.int64)
    best_score = np.full(len(total), np.nan)
    for rows in (pairs.left, pairs.right):
        place, score = _strongest_other(rows, total)
        better = (place >= 0) & ~(score <= best_score)
        best[better], best_score[better] = place[better], score[better]
    return best, best_score


def _strongest_other(rows: np.ndarray, total: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return for each pair the strongest other pair with the same row (-1 where there is none)."""
    order = np.lexsort([-total, rows])
    sorted_rows = rows[order]
    first = np.ones(len(rows), dtype=bool)
    first[1:] = sorted_rows[1:] != sorted_rows[:-1]
    begin = np.maximum.accumulate(np.where(first, np.arange(len(rows)), 0))
    rank_second = np.minimum(begin + 1, max(len(rows) - 1, 0))
    has_second = (begin + 1 < len(rows)) & (sorted_rows[rank_second] == sorted_rows)
    # The strongest of a row has the second as its rival, all others have the strongest.
    other = np.where(first, np.where(has_second, order[rank_second], -1), order[begin])
    place = np.empty(len(rows), dtype=np.int64)
    place[order] = other
    return place, np.where(place >= 0, total[place], np.nan)


def _rival_ids(left: Events, right: Events, pairs: _Pairs, rival: np.ndarray) -> Sequence[object]:
    """Return the id that stands in a rival pair instead of one of the pair's own."""
    same_left = pairs.left[rival] == pairs.left
    ids = np.where(same_left, right.ids[pairs.right[rival]], left.ids[pairs.left[rival]])
    return pd.array(np.where(rival >= 0, ids, pd.NA), dtype="string")
