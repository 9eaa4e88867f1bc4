"""Do attacks move south? A robust slope, and a test against shuffled dates."""

from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sahelstats.casualties.pooling import pool
from sahelstats.geography.coordinates import positions, require_columns
from sahelstats.geography.distances import northing_km
from sahelstats.geography.limits import yearly_statistics
from sahelstats.geography.selection import Selection, dates_of, select, year_range, years_of
from sahelstats.geography.weights import Weights, interval

FloatArray = NDArray[np.float64]
DAYS_PER_YEAR = 365.2425
MIN_YEARS = 3
# Numbers shuffled in all, beyond which the permutations' normal limit takes their place: by then
# it cannot be told from a thousand of them, which would take minutes on a busy machine.
SHUFFLES = 50_000_000


@dataclass(frozen=True)
class Trend:
    """How fast attacks move south. Kilometres per year, south positive.

    Attributes
    ----------
    km_per_year, low, high : float
        Theil-Sen slope of the yearly statistic and Sen's interval (with draws, pooled):
        scatter from year to year.
    boot_low, boot_high : float
        Percentile interval of the slope when incidents are resampled within years and the
        tolls redrawn: which incidents happened to be in the table. NaN without bootstrap.
    km_in_all : float
        km_per_year times the years between first and last.
    within_country_km_per_year : float
        Weighted least-squares slope of single incidents about their country's mean: movement
        that is not one country's attacks replacing another's.
    p_south, p_two_sided : float
        Permutation test of that slope: dates shuffled among the incidents of each country.
    first_year, last_year, n_years, n_incidents : int
        n_years counts the years with incidents.
    statistic : str
        What moves: "mean", "median" or the quantile, such as "quantile 0.1".
    shown : str
        N of M.
    """

    km_per_year: float
    low: float
    high: float
    boot_low: float
    boot_high: float
    km_in_all: float
    within_country_km_per_year: float
    p_south: float
    p_two_sided: float
    first_year: int
    last_year: int
    n_years: int
    n_incidents: int
    statistic: str
    shown: str

    def as_dict(self) -> dict[str, Any]:
        """Return the numbers, ready for JSON."""
        return asdict(self)

    def __str__(self) -> str:
        return (
            f"{self.km_per_year:.1f} km per year southward ({self.low:.1f} to {self.high:.1f}), "
            f"{self.statistic} of {self.first_year}-{self.last_year}; permutation within country "
            f"p = {self.p_south:.3f}; {self.shown}"
        )


def theil_sen(years: FloatArray, series: FloatArray, level: float) -> tuple[float, float, float]:
    """Return the Theil-Sen slope and Sen's interval (Sen 1968; scipy.stats.theilslopes)."""
    from scipy.stats import theilslopes

    fit = theilslopes(series, years, alpha=level)
    return float(fit.slope), float(fit.low_slope), float(fit.high_slope)


def pooled_slope(fits: FloatArray, level: float) -> tuple[float, float, float]:
    """Pool (slope, low, high) over draws by Rubin's rules.

    Each half of the interval is pooled by itself, since Sen's is not symmetric: as a normal
    distribution's of that width. One draw gives its own interval back.
    """
    from scipy.special import ndtri

    slopes = fits[:, 0]
    if len(fits) < 2:
        return float(slopes[0]), float(fits[0, 1]), float(fits[0, 2])
    errors = np.column_stack([slopes - fits[:, 1], fits[:, 2] - slopes]) / ndtri((1 + level) / 2)
    below, above = pool(np.column_stack([slopes, slopes]), errors**2).interval(level)
    return float(slopes.mean()), float(below[0]), float(above[1])


def _replicate_slopes(replicates: FloatArray, years: FloatArray) -> FloatArray:
    """Theil-Sen slope of each row; pairs with a year that has no weight do not count."""
    i, j = np.triu_indices(len(years), 1)
    slopes = (replicates[:, j] - replicates[:, i]) / (years[j] - years[i])
    known = ~np.isnan(slopes).all(axis=1)
    return np.nanmedian(slopes[known], axis=1)


def _within_country(
    north: FloatArray, time: FloatArray, strata: NDArray[np.int64], w: FloatArray
) -> tuple[FloatArray, float]:
    """Return weighted deviations of northing from its country's mean, and the mean slope."""
    total = np.stack([np.bincount(strata, row) for row in w])
    safe = np.where(total > 0, total, 1.0)
    away, slopes = np.empty_like(w), []
    for k, row in enumerate(w):
        mean_north = np.bincount(strata, row * north) / safe[k]
        mean_time = np.bincount(strata, row * time) / safe[k]
        away[k] = row * (north - mean_north[strata])
        late = time - mean_time[strata]
        spread = row @ (late * late)
        slopes.append(away[k] @ late / spread if spread > 0 else np.nan)
    return away, float(np.mean(slopes))


def permutation_test(
    north: FloatArray, time: FloatArray, country: NDArray[Any], draws: FloatArray,
    n_permutations: int, rng: np.random.Generator,
) -> tuple[float, float, float]:  # fmt: skip
    """Shuffle dates among each country's incidents; weights stay with their places.

    Returns the slope within countries (northing per unit of time), the chance of one as
    southward, and of one as steep. Permutation b is compared with draw b modulo n_draws. Of very
    many incidents the normal limit is taken in place of the permutations.
    """
    strata = pd.factorize(country)[0].astype(np.int64)
    order = np.argsort(strata, kind="stable")
    strata, north, when = strata[order], north[order], time[order]
    away, slope = _within_country(north, when, strata, draws[:, order])
    observed = away @ when
    if len(when) * n_permutations > SHUFFLES:
        return slope, *_limit_of_permutations(away, when, strata, observed)
    edges = np.concatenate([[0], np.cumsum(np.bincount(strata))])
    shuffled, southward, steep = when.copy(), 0, 0
    # The allowance lets a permutation that merely reorders a sum count as equal.
    slack = 1e-9 * (np.abs(away) @ np.abs(when - when.mean()) + 1e-300)
    for b in range(n_permutations):
        for start, stop in pairwise(edges):
            rng.shuffle(shuffled[start:stop])
        k = b % len(draws)
        value = away[k] @ shuffled
        southward += int(value <= observed[k] + slack[k])
        steep += int(abs(value) >= abs(observed[k]) - slack[k])
    return slope, (1 + southward) / (1 + n_permutations), (1 + steep) / (1 + n_permutations)


def _limit_of_permutations(
    away: FloatArray, when: FloatArray, strata: NDArray[np.int64], observed: FloatArray
) -> tuple[float, float]:
    """Return both chances from the normal limit of the permutations, with their own variance.

    Within a stratum the deviations sum to nothing, so the mean over permutations is zero and
    the variance the product of the sums of squares over n - 1 (Hoeffding 1951, Annals of
    Mathematical Statistics 22, 558-566). Draws are averaged.
    """
    from scipy.special import ndtr

    n = np.bincount(strata)
    late = when - (np.bincount(strata, when) / n)[strata]
    spread = np.bincount(strata, late * late) / np.maximum(n - 1, 1)
    variance = np.array([np.bincount(strata, row * row) @ spread for row in away])
    z = observed / np.sqrt(np.where(variance > 0, variance, np.inf))
    return float(ndtr(z).mean()), float((2 * ndtr(-np.abs(z))).mean())


def _yearly_fit(
    chosen: Selection, north: FloatArray, statistic: str | float, level: float, n_boot: int,
    rng: np.random.Generator,
) -> tuple[tuple[float, float, float], tuple[float, float], NDArray[np.int64]]:  # fmt: skip
    """Fit the yearly statistic: pooled slope, bootstrap interval, years used."""
    years = years_of(chosen.table)
    points, reps = yearly_statistics(north, years, chosen.draws, [statistic], n_boot, rng)
    span = year_range(years).astype(float)
    used = ~np.isnan(points[:, :, 0]).all(axis=0)
    if used.sum() < MIN_YEARS:
        raise ValueError(
            f"a trend needs incidents in at least {MIN_YEARS} years; there are "
            f"{int(used.sum())}: {span[used].astype(int).tolist()}"
        )
    fits = []
    for series in points[:, :, 0]:
        known = ~np.isnan(series)
        if known.sum() >= MIN_YEARS:
            fits.append(theil_sen(span[known], series[known], level))
    slopes = _replicate_slopes(reps[:, used, 0], span[used]) if n_boot else np.array([np.nan])
    low, high = interval(slopes, level)
    return pooled_slope(np.array(fits), level), (float(low), float(high)), span[used].astype(int)


def southward_trend(
    table: pd.DataFrame,
    weights: Weights = "incidents",
    *,
    rng: np.random.Generator,
    statistic: str | float = "median",
    level: float = 0.9,
    n_boot: int = 1_000,
    n_permutations: int = 999,
    max_geo_precision: int | None = 3,
) -> Trend:
    """Speed at which attacks move south, with intervals and a permutation test.

    Parameters
    ----------
    table : DataFrame
        Columns latitude, longitude, geo_precision, country, date_start (year if present).
    weights : "incidents", "deaths" or array of shape (n,) or (n_draws, n)
        See `weight_draws`; draws carry the toll's uncertainty into every number.
    rng : numpy.random.Generator
    statistic : "mean", "median" or float
        What is followed from year to year: the mean or median northing, or a quantile from
        the south (0.1: the southern tenth's edge).
    level : float
        Coverage of the intervals.
    n_boot, n_permutations : int
        Replicates; 0 bootstrap replicates for no bootstrap interval.
    max_geo_precision : int or None
        Coarsest precision used.

    Returns
    -------
    Trend
        km_per_year (south positive), low, high and the rest.

    Raises
    ------
    ValueError
        Fewer than three years with incidents; unknown statistic; no dates or countries;
        otherwise as `yearly_centres`.

    Notes
    -----
    Sen (1968), JASA 63, 1379-1389, on yearly values of the distance along the meridian; every
    year counts once, so that a year with many reports does not rule. Intervals over draws by
    Rubin (1987). The permutation test takes incidents as exchangeable within a country;
    attacks come in bursts, so its p is rather too small. Of more than 50 million shuffled dates
    (50,000 incidents by a thousand) its normal limit is taken (Hoeffding 1951). A hand-picked
    table cannot show whether frequency moved.

    Examples
    --------
    >>> date = pd.to_datetime([f"{y}-07-01" for y in range(2015, 2025) for _ in range(3)])
    >>> table = pd.DataFrame({"date_start": date, "latitude": 16 - 0.1 * (date.year - 2015),
    ...                       "longitude": 0.0, "geo_precision": 1, "country": "MLI"})
    >>> trend = southward_trend(table, rng=np.random.default_rng(1), n_boot=100)
    >>> round(trend.km_per_year, 1), trend.p_south
    (11.1, 0.001)
    """
    if statistic not in ("mean", "median") and not (
        isinstance(statistic, (int, float)) and 0 < statistic < 1
    ):
        raise ValueError(f'statistic is {statistic!r}: give "mean", "median" or a quantile')
    require_columns(table, ["country"])
    chosen = select(table, weights, max_geo_precision)
    north = northing_km(positions(chosen.table)[0])
    what: str | float = 0.5 if statistic == "median" else statistic
    slope, boot, used = _yearly_fit(chosen, north, what, level, n_boot, rng)
    time = dates_of(chosen.table) / DAYS_PER_YEAR
    country = chosen.table["country"].astype(str).to_numpy(object)
    within, p_south, p_two = permutation_test(
        north, time, country, chosen.draws, n_permutations, rng
    )
    # Northing falls as attacks move south: signs are turned, and so are the ends.
    south, low, high = (round(-v + 0.0, 6) for v in (slope[0], slope[2], slope[1]))
    return Trend(
        km_per_year=south, low=low, high=high, boot_low=-boot[1], boot_high=-boot[0],
        km_in_all=round(south * float(used[-1] - used[0]), 6),
        within_country_km_per_year=round(-within, 6), p_south=p_south, p_two_sided=p_two,
        first_year=int(used[0]), last_year=int(used[-1]), n_years=len(used),
        n_incidents=len(north), shown=str(chosen.shown),
        statistic=str(statistic) if isinstance(statistic, str) else f"quantile {statistic:g}",
    )  # fmt: skip
