"""Shifts from one period to another, against direct computation and known cases."""

import numpy as np
import pandas as pd
import pytest

from sahelstats.boundaries import meeting_point
from sahelstats.geography import (
    count_shown,
    in_periods,
    northing_km,
    share_change,
    southward_shift,
    split_years,
)

EARLY, LATE = (2015, 2017), (2018, 2020)


@pytest.mark.parametrize(
    ("first", "last", "n"), [(2012, 2026, 4), (2012, 2014, 4), (2020, 2020, 3)]
)
def test_periods_cover_every_year_once(first, last, n):
    periods = split_years(first, last, n)
    years = [year for a, b in periods for year in range(a, b + 1)]
    assert years == list(range(first, last + 1))
    assert in_periods(years, periods).tolist() == sorted(in_periods(years, periods).tolist())


@pytest.mark.parametrize("statistic", ["mean", "median", 0.1])
def test_shift_is_the_difference_of_the_statistics(make, statistic):
    table = make(n=300)
    found = southward_shift(
        table, EARLY, LATE, rng=np.random.default_rng(1), statistic=statistic,
        max_geo_precision=None,
    )  # fmt: skip
    values = []
    for first, last in (EARLY, LATE):
        north = np.sort(northing_km(table["latitude"][table["year"].between(first, last)]))
        rank = {"median": 0.5}.get(statistic, statistic)
        at = north.mean() if rank == "mean" else north[int(np.ceil(rank * len(north))) - 1]
        values.append(at)
    assert found.value == pytest.approx(values[0] - values[1], abs=1e-5)
    assert found.low < found.value < found.high


def test_moving_the_late_period_south_shows_as_that_many_kilometres(make):
    table = make(n=200)
    late = table["year"] >= LATE[0]
    moved = table.assign(latitude=table["latitude"] - late * 1.0)
    before, after = (
        southward_shift(t, EARLY, LATE, rng=np.random.default_rng(1), statistic="mean")
        for t in (table, moved)
    )
    assert after.value - before.value == pytest.approx(110.6, abs=0.3)


def test_the_same_seed_gives_the_same_shift(make):
    found = [
        southward_shift(make(), EARLY, LATE, rng=np.random.default_rng(7), statistic=0.1)
        for _ in range(2)
    ]
    assert found[0] == found[1]


def test_an_empty_period_is_one_clear_error(make):
    with pytest.raises(ValueError, match="no incident from 1990 to 1995"):
        southward_shift(make(), (1990, 1995), LATE, rng=np.random.default_rng(1))
    with pytest.raises(ValueError, match="no incident from 1990 to 1995"):
        share_change(make(), [True] * 60, (1990, 1995), LATE, rng=np.random.default_rng(1))


def test_share_change_agrees_with_two_jeffreys_intervals():
    table = pd.DataFrame({"year": [2015] * 40 + [2020] * 60})
    inside = [True] * 4 + [False] * 36 + [True] * 30 + [False] * 30
    found = share_change(table, inside, (2015, 2015), (2020, 2020), rng=np.random.default_rng(1))
    assert found.value == pytest.approx(0.4)
    spread = np.sqrt(0.1 * 0.9 / 41 + 0.5 * 0.5 / 61) * 1.645
    assert found.high - found.low == pytest.approx(2 * spread, rel=0.05)


def test_a_share_of_nothing_still_has_an_interval():
    table = pd.DataFrame({"year": [2015] * 5 + [2020] * 5})
    found = share_change(table, [False] * 10, (2015, 2015), (2020, 2020),
                         rng=np.random.default_rng(1))  # fmt: skip
    assert found.value == 0 and found.low < 0 < found.high


def test_shown_counts_incidents_and_deaths(make):
    table = make()
    shown = count_shown(table[:10], table)
    assert (shown.n_shown, shown.n_total) == (10, 60)
    assert shown.deaths_shown == table["killed_best"][:10].sum()
    with pytest.raises(ValueError, match="cannot be a part"):
        count_shown(table, table[:10])


def test_countries_that_do_not_meet_have_no_meeting_point():
    with pytest.raises(ValueError, match="do not meet"):
        meeting_point("MLI", "TGO", "CMR")
    with pytest.raises(ValueError, match="no borders of ATL"):
        meeting_point("MLI", "ATL")
