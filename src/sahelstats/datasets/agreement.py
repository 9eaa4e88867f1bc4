"""What a comparison with UCDP comes to: shares found, tolls that agree, and sums."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sahelstats.datasets.comparison import PARTS

SIZES = (
    (0, "0"),
    (1, "1 to 9"),
    (10, "10 to 24"),
    (25, "25 to 49"),
    (50, "50 to 99"),
    (100, "100+"),
)


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
    ['0', '1 to 9', '10 to 24', '100+', 'none']
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
        where all of UCDP's lies below ours, else ``above`` (never where our high was left open);
        ``inside``: whether UCDP's best lies in our range. UCDP's figure is the sum of the events
        that belong to the pair.

    Examples
    --------
    >>> frame = pd.DataFrame({"found": True, "low": [1, 5], "best": [2, 6], "high": [3, 7],
    ...     "open_above": False,
    ...     "sum_low": [3, 1], "sum_best": [4, 2], "sum_high": [5, 4]})
    >>> both_known(frame)[["lies", "inside"]].to_numpy().tolist()
    [['meet', False], ['below', False]]
    """
    pairs = compared[compared["found"] & compared["best"].notna()].reset_index(drop=True)
    below = pairs["sum_high"] < pairs["low"]
    above = (pairs["sum_low"] > pairs["high"]) & ~pairs["open_above"]
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
