"""Small tables of the casualty notebooks: totals under every assumption, drivers, widths."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from sahelstats.casualties.collection import CountDistributions
from sahelstats.casualties.evidence import dependence_phrase
from sahelstats.casualties.grouped import total_by
from sahelstats.casualties.incidents import MODELS, incident_distributions
from sahelstats.casualties.opinion import KAPPA
from sahelstats.casualties.tolls import toll_ranges
from sahelstats.casualties.totals import COMONOTONIC, INDEPENDENT, Dependence, check_dependence
from sahelstats.tables.schema import BASES, RANGE_PARTS, range_column


def usable_models(reports: pd.DataFrame | None) -> tuple[str, ...]:
    """Return the models that can be used: all of them, or those that need no reports.

    Examples
    --------
    >>> usable_models(None)
    ('uniform', 'triangular', 'pert', 'lognormal', 'reported')
    """
    return tuple(model for model in MODELS if model != "claims" or reports is not None)


def totals_table(
    table: pd.DataFrame,
    by: Sequence[str],
    models: Sequence[str],
    dependences: Sequence[Dependence],
    level: float,
    reports: pd.DataFrame | None = None,
    basis: str = "excl_attackers",
    kappa: float = KAPPA,
) -> pd.DataFrame:
    """Return totals under several models and dependences, below each other.

    Parameters
    ----------
    table : DataFrame
        Tidy incidents.
    by : sequence of str
        Columns to group by, none for the whole table.
    models, dependences : sequence
        Every pair of them is computed.
    level : float
        Of the interval ``lower`` to ``upper``.
    reports : DataFrame, optional
        Needed by model "claims": as ``pooled_reports`` returns it.
    basis : {"excl_attackers", "incl_attackers"}
        What a toll counts.
    kappa : float
        As in ``incident_distributions``.

    Returns
    -------
    DataFrame
        The columns of ``total_by`` and ``model``, ``assumption`` (the dependence in words).

    Raises
    ------
    ValueError
        As ``total_by``.

    Examples
    --------
    >>> table = pd.DataFrame({"year": [2023, 2024], "killed_low": [4, 1], "killed_best": [5, 2],
    ...     "killed_high": [9, 3]})
    >>> made = totals_table(table, [], ["uniform"], ["independent", "comonotonic"], 0.9)
    >>> made[["assumption", "mean"]].to_numpy().tolist()
    [['independent errors', 8.5], ['errors that all move together', 8.5]]
    """
    made = []
    for model in models:
        for dependence in dependences:
            found = total_by(
                table, by, model, dependence, level, claims=reports, basis=basis, kappa=kappa
            )
            made.append(found.assign(model=model, assumption=dependence_phrase(dependence)))
    return pd.concat(made, ignore_index=True)


def dependences_shown(chosen: Dependence, shared: float) -> list[Dependence]:
    """Return the dependences that a figure sets beside each other, narrowest first.

    Parameters
    ----------
    chosen : "independent", "comonotonic" or float
        What the notebook was asked for.
    shared : float
        The rho that stands for a shared error where none was asked for.

    Examples
    --------
    >>> dependences_shown("independent", 0.3), dependences_shown(0.5, 0.3)
    (['independent', 0.3, 'comonotonic'], ['independent', 0.5, 'comonotonic'])
    """
    return [INDEPENDENT, shared if isinstance(chosen, str) else chosen, COMONOTONIC]


def variance_shares(
    tolls: CountDistributions, dependence: Dependence = INDEPENDENT
) -> pd.DataFrame:
    """Return how much each incident adds to the variance of the total, largest first.

    Parameters
    ----------
    tolls : CountDistributions
        With labels.
    dependence : "independent", "comonotonic" or float between 0 and 1
        Of the incidents' errors; sets the order.

    Returns
    -------
    DataFrame
        ``incident_id``, ``mean``, ``std`` (people); ``variance_share`` (of the variance of the
        total of independent tolls) and ``std_share`` (of the sum of standard deviations, which is
        what counts where all errors move together); ``share`` under the dependence asked for, and
        ``cumulative``, its sum from the top.

    Notes
    -----
    An incident's share is its covariance with the total over the variance of the total, which sum
    to 1: (1-r) var_i + r std_i S over the sum of these, S the sum of standard deviations and r the
    correlation of any two errors. It is 0 for independent errors, 1 for errors that move together;
    for a shared error rho stands in for it.

    Examples
    --------
    >>> from sahelstats.casualties import CountDistribution
    >>> coin, sure = CountDistribution([0.5, 0.5]), CountDistribution.point(3)
    >>> tolls = CountDistributions.of([sure, coin], labels=np.array(["a", "b"]))
    >>> variance_shares(tolls)["variance_share"].tolist()
    [1.0, 0.0]
    """
    var, std = tolls.var, tolls.std
    found = pd.DataFrame(
        {
            "incident_id": tolls.labels,
            "mean": tolls.mean,
            "std": std,
            "variance_share": var / max(var.sum(), 1e-300),
            "std_share": std / max(std.sum(), 1e-300),
        }
    )
    how = check_dependence(dependence)
    r = {INDEPENDENT: 0.0, COMONOTONIC: 1.0}[how] if isinstance(how, str) else how
    part = (1 - r) * var + r * std * std.sum()
    found["share"] = part / max(part.sum(), 1e-300)
    found = found.sort_values(["share", "incident_id"], ascending=[False, True])
    found = found.reset_index(drop=True)
    return found.assign(cumulative=found["share"].cumsum())


def incidents_for_share(shares: pd.DataFrame, part: float) -> int:
    """Return how many incidents, largest first, carry at least that part of the variance.

    Examples
    --------
    >>> incidents_for_share(pd.DataFrame({"cumulative": [0.4, 0.7, 1.0]}), 0.5)
    2
    """
    return int(np.searchsorted(shares["cumulative"].to_numpy(), part - 1e-12) + 1)


def named_ranges(table: pd.DataFrame, basis: str = "excl_attackers") -> pd.DataFrame:
    """Return the ranges of the incidents with a best figure, named for a ladder, deadliest first.

    Parameters
    ----------
    table : DataFrame
        Tidy incidents.
    basis : {"excl_attackers", "incl_attackers"}
        What a toll counts.

    Returns
    -------
    DataFrame
        ``incident_id``, ``label`` (place and month), ``low``, ``best``, ``high``, ``open_above``,
        ``n_reports``, ``n_sources``, ``relative_width`` (high less low, over best; empty where
        best is 0). An upper bound alone has no place in that order; `toll_ranges` counts those.

    Examples
    --------
    >>> from sahelstats import load_incidents
    >>> bool(named_ranges(load_incidents())["best"].is_monotonic_decreasing)
    True
    """
    ranges = toll_ranges(table, "killed", basis)
    known = table[ranges.has_best].reset_index(drop=True)
    names = {part: range_column("killed", basis, part) for part in RANGE_PARTS}
    found = pd.DataFrame({"incident_id": known["incident_id"], "label": labels_of(known)})
    for part, figures in zip(("low", "best", "high"), ranges[:3], strict=True):
        found[part] = figures[ranges.has_best].astype(int)
    found["open_above"] = known[names["open_above"]].fillna(False).astype(bool)
    for part in ("n_reports", "n_sources"):
        found[part] = known[names[part]].astype(int)
    best = found["best"].where(found["best"] > 0)
    found["relative_width"] = (found["high"] - found["low"]) / best
    order = found.sort_values(["best", "incident_id"], ascending=[False, True], kind="stable")
    return order.reset_index(drop=True)


def labels_of(table: pd.DataFrame) -> list[str]:
    """Return the names of incidents for an axis, in the order of a tidy table.

    Examples
    --------
    >>> day = pd.Timestamp("2024-09-17")
    >>> labels_of(pd.DataFrame({"place": ["Bamako"], "date_start": [day]}))
    ['Bamako, Sep 2024']
    """
    days = zip(table["place"], table["date_start"], strict=True)
    return [label_of(str(place), day) for place, day in days]


def label_of(place: str, day: pd.Timestamp, width: int = 28) -> str:
    """Return the name of an incident for an axis: a short place, and its month.

    Examples
    --------
    >>> label_of("Boukouma (Gorgadji-Arbinda road)", pd.Timestamp("2021-08-18"))
    'Boukouma, Aug 2021'
    """
    short = place.split(" (")[0].split(", ")[0]
    short = short if len(short) <= width else short[: width - 1].rstrip(" -,") + "…"
    return f"{short}, {day:%b %Y}"


def on_both_bases(table: pd.DataFrame) -> pd.DataFrame:
    """Return the incidents that have a best figure both with and without the attackers.

    Parameters
    ----------
    table : DataFrame
        Tidy incidents.

    Returns
    -------
    DataFrame
        Rows of `table`, numbered anew.
    """
    names = [range_column("killed", basis, "best") for basis in BASES]
    return table[table[names].notna().all(axis=1)].reset_index(drop=True)


def attackers_added(table: pd.DataFrame) -> pd.DataFrame:
    """Return what counting the attackers adds to each incident that has both tolls.

    Parameters
    ----------
    table : DataFrame
        Tidy incidents.

    Returns
    -------
    DataFrame
        ``incident_id``, ``label``, ``without``, ``with_attackers`` (best figures) and ``added``,
        largest difference first.

    Examples
    --------
    >>> from sahelstats import load_incidents
    >>> found = attackers_added(load_incidents())
    >>> bool((found["added"] == found["with_attackers"] - found["without"]).all())
    True
    """
    both = on_both_bases(table)
    without = both[range_column("killed", "excl_attackers", "best")].astype(int)
    counted = both[range_column("killed", "incl_attackers", "best")].astype(int)
    found = pd.DataFrame(
        {
            "incident_id": both["incident_id"],
            "label": labels_of(both),
            "without": without,
            "with_attackers": counted,
            "added": counted - without,
        }
    )
    order = found.assign(size=found["added"].abs()).sort_values(
        ["size", "incident_id"], ascending=[False, True], kind="stable"
    )
    return order.drop(columns="size").reset_index(drop=True)


def claimed_thresholds(reports: pd.DataFrame) -> list[int]:
    """Return the tolls that the claims on one incident themselves set as marks.

    Parameters
    ----------
    reports : DataFrame
        Reports of one incident on the whole of it: ``qualifier``, ``low``, ``best``, ``high``.

    Returns
    -------
    list of int
        Both ends of the widest range that one claimant gave, and every exact figure; where nobody
        gave either, every bound that was left open. In order.

    Examples
    --------
    >>> frame = pd.DataFrame({"qualifier": ["range", "range", "exact"], "low": [60, 50, 77],
    ...     "best": [80, None, 77], "high": [100, 80, 77]})
    >>> claimed_thresholds(frame)
    [60, 77, 100]
    """
    spans = reports[reports["qualifier"] == "range"]
    marks = set(reports.loc[reports["qualifier"] == "exact", "best"])
    if len(spans):
        width = (spans["high"] - spans["low"]).astype(float).to_numpy()
        widest = spans.iloc[int(np.argmax(width))]
        marks |= {widest["low"], widest["high"]}
    if not marks:
        open_ = reports["qualifier"].isin(["at_least", "more_than"])
        marks = set(reports.loc[open_, "low"])
    return sorted(int(mark) for mark in marks if not pd.isna(mark))


def toll_under_models(
    incident: pd.DataFrame,
    models: Sequence[str],
    thresholds: Sequence[int],
    bin_width: int,
    reports: pd.DataFrame | None = None,
    basis: str = "excl_attackers",
    kappa: float = KAPPA,
) -> pd.DataFrame:
    """Return the distribution of one incident's toll under several models, in bins.

    Parameters
    ----------
    incident : DataFrame
        One row of a tidy table.
    models : sequence of str
        Models, in the order wanted.
    thresholds : sequence of int
        Tolls, in people.
    bin_width : int
        People in a bin.
    reports : DataFrame, optional
        Needed by model "claims": as ``pooled_reports`` returns it.
    basis : {"excl_attackers", "incl_attackers"}
        What a toll counts.
    kappa : float
        As in ``incident_distributions``.

    Returns
    -------
    DataFrame
        One row per model and bin: ``model``, ``toll`` (first of the bin), ``mass``, ``median``,
        ``beyond_N`` (probability of more than N) for each threshold. The bins end where every
        model has 99 % of its probability.

    Examples
    --------
    >>> row = pd.DataFrame({"incident_id": ["a"], "killed_low": [4], "killed_best": [5],
    ...     "killed_high": [9]})
    >>> made = toll_under_models(row, ["uniform"], [6], 5)
    >>> made[["toll", "mass", "beyond_6"]].round(3).to_numpy().tolist()
    [[0.0, 0.167, 0.5], [5.0, 0.833, 0.5]]
    """
    laws = {
        model: incident_distributions(incident, model, claims=reports, basis=basis, kappa=kappa)[0]
        for model in models
    }
    top = max(law.ppf(0.99) for law in laws.values())
    starts = np.arange(0, top + 1, bin_width)
    made = []
    for model, law in laws.items():
        ends = np.asarray(law.cdf(starts + bin_width - 1))
        beyond = {f"beyond_{mark}": float(law.sf(mark)) for mark in thresholds}
        mass = np.diff(np.concatenate([[0.0], ends]))
        frame = pd.DataFrame({"model": model, "toll": starts, "mass": mass, "median": law.median})
        made.append(frame.assign(**beyond))
    return pd.concat(made, ignore_index=True)
