"""The project's incidents beside UCDP's events: what is found, how it differs, what is lacking."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sahelstats.datasets.crosscheck import Record, why_not_covered
from sahelstats.datasets.matching import EARTH_KM, match_events
from sahelstats.datasets.similarity import Events
from sahelstats.tables.schema import BASES, range_column

PARTS = ("low", "best", "high")

#: UCDP takes up a dyad or an actor that kills so many in some calendar year.
THRESHOLD = 25

#: Events this near the paired one, in days and km, are taken as parts of the same incident.
SAME_DAYS, SAME_KM = 1, 10

#: Least score of a pair, as ``match_events`` has it.
MIN_SCORE = 0.5

#: Why an incident has no pair, as a reader is told.
REASONS = {
    "before_record": "Before the record begins",
    "after_record": "After the record ends",
    "other_country": "In a country that is not in this record",
    "not_looked_up": "Not looked up",
    "no_point": "Our table has no point for it",
    "nobody_killed": "No number of dead above zero in our table",
    "shared_event": "The event near it is another incident's pair",
    "too_unlike": "The event near it is too unlike",
    "no_actor": "Nobody named as attacker: no dyad to count it for",
    "below_threshold": "No such dyad in the record, and too few dead in our table",
    "above_threshold": "No such dyad in the record, though our table has enough dead",
    "in_record": "Its dyad is in the record: missed, or dated or placed elsewhere",
}

#: Reasons that say nothing of UCDP: the record at hand could not hold the incident.
NOT_COVERED = ("before_record", "after_record", "other_country", "not_looked_up", "no_point")

SIZES = ((0, "0"), (1, "1–9"), (10, "10–24"), (25, "25–49"), (50, "50–99"), (100, "100+"))


def tolls(table: pd.DataFrame) -> pd.DataFrame:
    """Return one toll per incident, counted as nearly as can be as UCDP counts.

    Parameters
    ----------
    table : DataFrame
        Tidy incidents.

    Returns
    -------
    DataFrame
        ``low``, ``best``, ``high`` (people, NaN where nobody said; bounds always contain best) and
        ``basis``: with the attackers where that is known, as UCDP counts all dead, else without.

    Examples
    --------
    >>> from sahelstats import load_incidents
    >>> found = tolls(load_incidents())
    >>> bool((found["low"].dropna() <= found["high"].dropna()).all())
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
        ``actor_family``;
        ``low``, ``best``, ``high``, ``basis`` as ``tolls`` gives them; ``covered``, ``found``,
        ``reason`` (a key of ``REASONS``, empty where found); of the pair ``event_id``, ``score``,
        ``ambiguous``, ``days_later`` (event's first day less the incident's), ``days_longer``
        (length of the event less that of the incident), ``km_apart``, ``event_precision``, ``event_low``, ``event_best``, ``event_high``; ``n_events`` and
        ``sum_low``, ``sum_best``, ``sum_high`` of the pair and the events that belong to it;
        ``other_id``: the event or incident that stood in the way of a pair.

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
    return _with_reasons(rows, uncovered, candidates, record.events)


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
    found = []
    for incident, pair in zip(rows["incident_id"], rows["event_id"], strict=True):
        if pd.isna(pair):
            found.append((0, np.nan, np.nan, np.nan))
            continue
        free = [at[name] for name in near[incident] if name not in taken]
        members = [at[pair], *_next_to(known, at[pair], np.array(free, dtype=int))]
        found.append((len(members), *own[members].sum(axis=0)))
    columns = ["n_events", *(f"sum_{part}" for part in PARTS)]
    return pd.DataFrame(found, columns=columns, index=rows.index)


def _next_to(events: Events, one: int, others: np.ndarray) -> np.ndarray:
    """Return which of some events are within a day and ten kilometres of one."""
    gap = np.maximum(events.start[others] - events.end[one], events.start[one] - events.end[others])
    chord = np.linalg.norm(events.points[others] - events.points[one], axis=1)
    distance = 2 * EARTH_KM * np.arcsin(np.minimum(chord / 2, 1))
    return others[(gap <= SAME_DAYS) & (distance <= SAME_KM)]


def _with_reasons(
    rows: pd.DataFrame, uncovered: pd.Series, candidates: pd.DataFrame, events: pd.DataFrame
) -> pd.DataFrame:
    """Add the likeliest reason of each incident without a pair, and what stood in its way."""
    best = candidates.drop_duplicates("left_id").set_index("left_id")  # strongest first
    score = rows["incident_id"].map(best["score"])
    event = rows["incident_id"].map(best["right_id"])
    holder = event.map(rows.dropna(subset=["event_id"]).set_index("event_id")["incident_id"])
    tests = {
        "nobody_killed": ~(rows["high"] > 0),
        "shared_event": (score >= MIN_SCORE) & holder.notna(),
        "too_unlike": score.notna() & (score < MIN_SCORE),
        "no_actor": rows["actor_family"].astype(str).eq("unidentified"),
        "in_record": dyad_keys(rows).isin(set(dyad_keys(events))),
        "below_threshold": ~_enough_dead(rows),
    }
    reason = uncovered.where(uncovered != "", "above_threshold")
    for name, holds in reversed(tests.items()):
        reason = reason.mask(holds & (uncovered == ""), name)
    rows["reason"] = reason.mask(rows["found"], "")
    stood = holder.where(rows["reason"] == "shared_event", event)
    rows["other_id"] = stood.where(rows["reason"].isin(["shared_event", "too_unlike"]))
    return rows


def dyad_keys(table: pd.DataFrame) -> pd.Series:
    """Return what stands for the dyad or actor to which UCDP's threshold applies.

    Parameters
    ----------
    table : DataFrame
        With ``type_of_violence``, ``actor``, ``actor_family`` and ``country``.

    Returns
    -------
    Series of str
        Type and actor; for state-based violence the country too, since each state is another
        dyad. An approximation: the tidy table names one side only, and forces of a state are
        taken together.

    Examples
    --------
    >>> table = pd.DataFrame({"type_of_violence": ["state-based", "one-sided"], "actor": "JNIM",
    ...     "actor_family": "jnim", "country": "CIV"})
    >>> dyad_keys(table).tolist()
    ['state-based JNIM CIV', 'one-sided JNIM']
    """
    kind, family = table["type_of_violence"].astype(str), table["actor_family"].astype(str)
    of_a_state = family.isin(["state", "foreign_state"])
    key = kind + " " + table["actor"].astype(str).mask(of_a_state, family)
    return key.where(kind != "state-based", key + " " + table["country"].astype(str))


def _enough_dead(rows: pd.DataFrame) -> pd.Series:
    """Return which incidents' dyads pass UCDP's threshold in some year by our own table's dead."""
    keys = dyad_keys(rows)
    sums = rows["best"].groupby([keys, rows["year"]]).sum()
    return keys.isin(set(sums.index[sums >= THRESHOLD].get_level_values(0)))


def found_by(compared: pd.DataFrame, by: str) -> pd.DataFrame:
    """Return how many of the incidents that a record could hold are in it.

    Parameters
    ----------
    compared : DataFrame
        As ``compare`` returns it.
    by : {"year", "size", "country"}
        What to split by; ``size`` is the best figure of the toll in classes.

    Returns
    -------
    DataFrame
        Columns `by`, ``incidents`` (covered), ``found``, ``share`` (0..1), ``low``, ``high`` (its
        95 % Wilson interval).

    Examples
    --------
    >>> frame = pd.DataFrame({"covered": [True, True, False], "found": [True, False, False],
    ...     "year": [2020, 2020, 2021], "best": [3, 4, 5]})
    >>> found_by(frame, "year")[["year", "incidents", "found"]].to_numpy().tolist()
    [[2020, 2, 1]]
    """
    covered = compared[compared["covered"]]
    key = size_class(covered["best"]) if by == "size" else covered[by]
    counts = covered.groupby(key.rename(by), observed=True)["found"].agg(["size", "sum"])
    made = counts.set_axis(["incidents", "found"], axis=1).reset_index()
    made["share"] = made["found"] / made["incidents"]
    made["low"], made["high"] = wilson(made["found"].to_numpy(), made["incidents"].to_numpy())
    return made


def size_class(best: pd.Series) -> pd.Series:
    """Return the class of size of each toll; incidents without a figure are in "none".

    Examples
    --------
    >>> size_class(pd.Series([0, 9, 10, 300, None])).tolist()
    ['0', '1–9', '10–24', '100+', 'none']
    """
    bounds, names = zip(*SIZES, strict=True)
    cut = pd.cut(best.astype(float), [*bounds, np.inf], right=False, labels=list(names))
    return cut.cat.add_categories("none").fillna("none")


def wilson(
    found: np.ndarray, of: np.ndarray, z: float = 1.959963984540054
) -> tuple[np.ndarray, np.ndarray]:
    """Return Wilson's interval of a share.

    Parameters
    ----------
    found, of : array of int
        Successes and trials.
    z : float
        Quantile of the normal law; the default gives 95 %.

    Returns
    -------
    low, high : array of float
        From 0 to 1.

    Notes
    -----
    Wilson (1927), Journal of the American Statistical Association 22, 209-212.

    Examples
    --------
    >>> low, high = wilson(np.array([5]), np.array([10]))
    >>> round(float(low[0]), 3), round(float(high[0]), 3)
    (0.237, 0.763)
    """
    share = found / of
    middle = share + z**2 / (2 * of)
    half = z * np.sqrt(share * (1 - share) / of + z**2 / (4 * of**2))
    low, high = ((middle + sign * half) / (1 + z**2 / of) for sign in (-1, 1))
    return np.clip(low, 0, 1), np.clip(high, 0, 1)


def both_known(compared: pd.DataFrame) -> pd.DataFrame:
    """Return the pairs of which both sides give a toll, with how the two ranges lie.

    Parameters
    ----------
    compared : DataFrame
        As ``compare`` returns it.

    Returns
    -------
    DataFrame
        Some rows, with ``lies``: ``meet`` where the ranges have a number in common, ``below``
        where all of UCDP's lies below ours, else ``above``; ``inside``: whether UCDP's best lies
        in our range. UCDP's figure is the sum of the events that belong to the pair.

    Examples
    --------
    >>> frame = pd.DataFrame({"found": True, "low": [1, 5], "best": [2, 6], "high": [3, 7],
    ...     "sum_low": [3, 1], "sum_best": [4, 2], "sum_high": [5, 4]})
    >>> both_known(frame)[["lies", "inside"]].to_numpy().tolist()
    [['meet', False], ['below', False]]
    """
    pairs = compared[compared["found"] & compared["best"].notna()].reset_index(drop=True)
    below = pairs["sum_high"] < pairs["low"]
    above = pairs["sum_low"] > pairs["high"]
    pairs["lies"] = np.select([below, above], ["below", "above"], "meet")
    pairs["inside"] = pairs["sum_best"].between(pairs["low"], pairs["high"])
    return pairs


def sums_by_year(pairs: pd.DataFrame) -> pd.DataFrame:
    """Return the sums of both sides' figures for the same incidents, by year.

    Parameters
    ----------
    pairs : DataFrame
        As ``both_known`` returns it.

    Returns
    -------
    DataFrame
        ``year``, ``incidents``, ``low``, ``best``, ``high``, ``sum_low``, ``sum_best``,
        ``sum_high`` (people). Low to high is an envelope, not an interval.

    Examples
    --------
    >>> frame = pd.DataFrame({"year": [2020, 2020], "low": 1, "best": 2, "high": 3, "sum_low": 2,
    ...     "sum_best": 2, "sum_high": 4})
    >>> sums_by_year(frame).to_numpy().tolist()
    [[2020, 2, 2, 4, 6, 4, 4, 8]]
    """
    columns = [*PARTS, *(f"sum_{part}" for part in PARTS)]
    groups = pairs.groupby("year")
    made = groups[columns].sum()
    made.insert(0, "incidents", groups.size())
    return made.reset_index().astype(int)


def reason_counts(compared: pd.DataFrame) -> pd.DataFrame:
    """Return how many incidents lack a pair for which likely reason, and their dead.

    Parameters
    ----------
    compared : DataFrame
        As ``compare`` returns it.

    Returns
    -------
    DataFrame
        ``reason``, ``label``, ``covered`` (whether the record could have held them),
        ``incidents``, ``best`` (people), in the order of ``REASONS``; reasons of none are left out.
    """
    groups = compared[~compared["found"]].groupby("reason")
    made = pd.DataFrame({"incidents": groups.size(), "best": groups["best"].sum().astype(int)})
    made = made.reindex([reason for reason in REASONS if reason in made.index]).reset_index()
    made.insert(1, "label", made["reason"].map(REASONS))
    made.insert(2, "covered", ~made["reason"].isin(NOT_COVERED))
    return made
