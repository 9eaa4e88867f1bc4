"""By how much belligerents differ from others on their own dead, and on the enemy's."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from sahelstats.casualties.bias import log_ratios, reporting_bias
from sahelstats.casualties.sides import ENEMY, OTHER, OWN, STATE_TYPES

COLUMNS = [
    "victims_side", "against", "source_type", "n_reports", "n_incidents", "bias", "lower", "upper",
    "level",
]  # fmt: skip

EVERYBODY, THIRD_PARTIES = "everybody else", "third parties"
#: Stands for all types of belligerents together.
BELLIGERENTS = "belligerents"
#: A bootstrap of fewer incidents says little: such a row keeps its factor and loses its interval.
FEWEST_INCIDENTS = 5


def compared(reports: pd.DataFrame) -> pd.DataFrame:
    """Return the reports that have another of the same incident and group beside them.

    Parameters
    ----------
    reports : DataFrame
        As ``side_reports`` returns it.

    Returns
    -------
    DataFrame
        Its rows, numbered anew.
    """
    size = reports.groupby(["incident_id", "victims"])["best"].transform("size")
    return reports[size > 1].reset_index(drop=True)


def bias_table(
    reports: pd.DataFrame,
    level: float,
    rng: np.random.Generator,
    size: int = 2000,
    fewest: int = FEWEST_INCIDENTS,
) -> pd.DataFrame:
    """Return by what factor belligerents differ on their own dead and on the enemy's.

    Parameters
    ----------
    reports : DataFrame
        As ``side_reports`` returns it.
    level : float
        Level of the intervals (cluster bootstrap by incident).
    rng : numpy.random.Generator
        Source of randomness.
    size : int
        Bootstrap samples.
    fewest : int
        Incidents below which a row keeps its factor but has no interval.

    Returns
    -------
    DataFrame
        Columns of ``reporting_bias`` with ``against``: "everybody else" compares a report with all
        others on the same dead, the opponent's included; "third parties" only with those that
        speak of neither side's dead as theirs. ``source_type`` "belligerents" is all types of
        them together.

    Raises
    ------
    ValueError
        As ``reporting_bias``.
    """
    by_type = reports.assign(source_type=reports["source_type"].astype(str))
    sided = by_type["victims_side"] != OTHER
    pooled = by_type.assign(source_type=by_type["source_type"].mask(sided, BELLIGERENTS))
    frames = []
    for kinds in (by_type, pooled):
        whole = reporting_bias(kinds, level=level, size=size, rng=rng)
        frames.append(whole.assign(against=EVERYBODY))
        for side in (OWN, ENEMY):
            near = kinds[kinds["victims_side"].isin([side, OTHER])]
            if not compared(near)["victims_side"].eq(side).any():
                continue
            found = reporting_bias(near, level=level, size=size, rng=rng)
            found = found[found["victims_side"] == side]
            frames.append(found.assign(against=THIRD_PARTIES))
    table = pd.concat(frames, ignore_index=True)
    table = table.drop_duplicates(["victims_side", "against", "source_type"])
    table.loc[table["n_incidents"] < fewest, ["lower", "upper"]] = np.nan
    return table[COLUMNS].reset_index(drop=True)


def lower_and_higher(reports: pd.DataFrame, side: str) -> dict[str, int]:
    """Return how many reports lie below, at and above the median of the others.

    Parameters
    ----------
    reports : DataFrame
        As ``side_reports`` returns it.
    side : {"own_dead", "enemy_dead", "other"}
        Whose reports are counted.

    Returns
    -------
    dict
        ``below``, ``equal``, ``above``: a count that no outlier moves.

    Examples
    --------
    >>> frame = pd.DataFrame({"incident_id": ["a", "a"], "source_type": ["military", "un"],
    ...     "victims_side": ["own_dead", "other"], "best": [10, 20]})
    >>> lower_and_higher(frame, "own_dead")
    {'below': 1, 'equal': 0, 'above': 0}
    """
    ratios = log_ratios(reports)
    found = ratios.loc[ratios["victims_side"] == side, "log_ratio"].to_numpy(dtype=float)
    return {
        "below": int((found < -1e-12).sum()),
        "equal": int((np.abs(found) <= 1e-12).sum()),
        "above": int((found > 1e-12).sum()),
    }


def summary_of(bias: pd.DataFrame, side: str, against: str, source_type: str) -> dict[str, Any]:
    """Return one row of ``bias_table`` as plain values.

    Parameters
    ----------
    bias : DataFrame
        As ``bias_table`` returns it.
    side, against, source_type : str
        Which row.

    Returns
    -------
    dict
        Column -> value; where there is no such row, counts of 0 and factors that are no number.
    """
    rows = bias[
        (bias["victims_side"] == side)
        & (bias["against"] == against)
        & (bias["source_type"] == source_type)
    ]
    if rows.empty:
        nothing = dict.fromkeys(COLUMNS, np.nan)
        return {**nothing, "victims_side": side, "against": against, "source_type": source_type,
                "n_reports": 0, "n_incidents": 0}  # fmt: skip
    return {str(name): value for name, value in rows.iloc[0].to_dict().items()}


def relabelled(reports: pd.DataFrame) -> list[str]:
    """Return the incidents where a state counts dead enemies and somebody else dead civilians.

    Parameters
    ----------
    reports : DataFrame
        As ``side_reports`` returns it.

    Returns
    -------
    list of str
        Incidents. The comparison within groups of victims cannot see what happens there.
    """
    state = reports["source_type"].isin(STATE_TYPES)
    enemies = reports[state & (reports["victims_side"] == ENEMY) & (reports["best"] > 0)]
    civilians = reports[~state & (reports["victims"] == "civilians") & (reports["best"] > 0)]
    return sorted(set(enemies["incident_id"]) & set(civilians["incident_id"]))
