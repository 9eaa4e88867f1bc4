"""From ranges and reports to distributions: definitions, closed forms, policies, errors."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from sahelstats.casualties import (
    MODELS,
    envelope,
    incident_distributions,
    lognormal,
    pert,
    toll_ranges,
    total,
    total_by,
    triangular,
    uniform,
)
from sahelstats.casualties.opinion import geometric, pool_reports

Range = tuple[int, int, int]


def table_of(*ranges: tuple[float | None, float | None, float | None]) -> pd.DataFrame:
    low, best, high = (pd.array(list(c), dtype="Int64") for c in zip(*ranges, strict=True))
    return pd.DataFrame(
        {
            "incident_id": [f"i{n}" for n in range(len(ranges))],
            "killed_low": low,
            "killed_best": best,
            "killed_high": high,
            "type_of_violence": "state-based",
        }
    )


def reports_of(*rows: tuple[str, str, float | None, float | None, float | None]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["incident_id", "qualifier", "low", "best", "high"])
    return table.astype({"low": "Int64", "best": "Int64", "high": "Int64"}).assign(weight=1.0)


@given(st.lists(st.integers(0, 150), min_size=3, max_size=3).map(sorted))
@settings(max_examples=40, deadline=None)
def test_every_range_model_is_a_distribution_on_its_range(figures: list[int]) -> None:
    low, best, high = figures
    for toll in (uniform(low, high)[0], triangular(low, best, high)[0], pert(low, best, high)[0]):
        assert abs(toll.mass.sum() - 1) < 1e-12
        assert (toll.offset, toll.highest) == (low, high)
    long = lognormal(low, best, high)[0]
    assert abs(long.mass.sum() - 1) < 1e-12
    assert long.median == best


def test_masses_against_scipy() -> None:
    k = np.arange(3, 21)
    law = stats.triang((9 - 3) / (20 - 3), loc=3, scale=17)
    np.testing.assert_allclose(
        triangular(3, 9, 20)[0].mass, law.cdf(k + 0.5) - law.cdf(k - 0.5), atol=1e-12
    )
    beta = stats.beta(1 + 4 * 6 / 17, 1 + 4 * 11 / 17, loc=3, scale=17)
    np.testing.assert_allclose(
        pert(3, 9, 20)[0].mass, beta.cdf(k + 0.5) - beta.cdf(k - 0.5), atol=1e-12
    )
    sigma = np.log(20.5 / 3.5) / (2 * stats.norm.ppf(0.95))
    norm = stats.lognorm(sigma, scale=9)
    toll = lognormal(3, 9, 20)[0]
    np.testing.assert_allclose(toll.pmf(k), norm.cdf(k + 0.5) - norm.cdf(k - 0.5), atol=3e-9)
    np.testing.assert_allclose(uniform(3, 20)[0].mass, 1 / 18, atol=1e-15)


def test_lognormal_from_zero_is_bounded_by_a_million() -> None:
    toll = lognormal(0, 151, 322)[0]
    assert toll.highest == 1_000_000
    assert toll.median == 151
    assert toll.cdf(322) - toll.cdf(-1) < 0.95


def test_lognormal_holds_ninety_percent_when_best_is_the_geometric_middle() -> None:
    low, high = 100, 900
    toll = lognormal(low, 300, high)[0]
    assert toll.cdf(high) - toll.cdf(low - 1) == pytest.approx(0.9, abs=0.003)


@pytest.mark.parametrize("model", ["uniform", "triangular", "pert", "lognormal"])
def test_equal_bounds_are_a_point_mass(model: str) -> None:
    toll = incident_distributions(table_of((7, 7, 7), (0, 0, 0)), model=model)
    assert toll.mean.tolist() == [7, 0]
    assert toll.var.tolist() == [0, 0]


def test_missing_is_not_zero_and_order_is_kept() -> None:
    table = table_of((1, 2, 3), (None, None, None), (4, 5, 6))
    toll = incident_distributions(table, model="uniform")
    assert list(toll.labels) == ["i0", "i2"]
    assert (toll.n_missing, len(toll)) == (1, 2)
    assert toll.mean.tolist() == [2, 5]
    assert envelope(table) == (5, 7, 9)


def test_policy_for_ranges_out_of_order_and_incomplete() -> None:
    table = table_of(
        (4, 3, 9), (2, 12, 9), (None, 5, None), (5, None, None), (None, None, 8), (2, None, 7),
        (None, None, None),
    )  # fmt: skip
    made = toll_ranges(table)
    np.testing.assert_array_equal(made.low, [3, 2, 5, 5, 0, 2, np.nan])
    np.testing.assert_array_equal(made.best, [3, 12, 5, 5, np.nan, 4, np.nan])
    np.testing.assert_array_equal(made.high, [9, 12, 5, 5, 8, 7, np.nan])
    assert made.reordered.tolist() == [True, True, False, False, False, False, False]
    assert made.notes == (7, 1, 1, 2)
    assert envelope(table) == (3 + 2 + 5 + 5 + 0 + 2, 3 + 12 + 5 + 5 + 4, 9 + 12 + 5 + 5 + 8 + 7)


@pytest.mark.parametrize("model", ["uniform", "triangular", "pert", "lognormal"])
def test_up_to_alone_rises_to_its_bound_under_every_range_model(model: str) -> None:
    table = table_of((3, 4, 9), (None, None, 50), (7, 7, 7))
    tolls = incident_distributions(table, model)
    assert (len(tolls), tolls.n_missing, tolls.labels.tolist()) == (3, 0, ["i0", "i1", "i2"])
    alone = table_of((3, 4, 9), (7, 7, 7))
    np.testing.assert_array_equal(tolls.mean[[0, 2]], incident_distributions(alone, model).mean)
    # The same toll as model claims gives the only report there is.
    pooled = incident_distributions(
        table.iloc[[1]], "claims", claims=reports_of(("i1", "up_to", None, None, 50))
    )
    np.testing.assert_array_equal(tolls[1].mass, pooled[0].mass)
    assert (tolls[1].offset, tolls[1].highest) == (0, 50)
    assert tolls[1].mean == pytest.approx(2 / 3 * 50, rel=0.01)


def test_up_to_alone_is_no_report_that_model_reported_could_start_from() -> None:
    table = table_of((3, 4, 9), (None, None, 50), (None, None, None))
    tolls = incident_distributions(table, "reported")
    assert (tolls.labels.tolist(), tolls.n_missing) == (["i0"], 2)
    with pytest.raises(ValueError, match="has a best figure"):
        incident_distributions(table.iloc[[1]], "reported")


def test_low_above_high_is_an_error_unless_the_import_says_it_is_the_producers() -> None:
    table = table_of((9, 5, 7), (1, 2, 3)).assign(quirk=["low_above_high; low_above_best", pd.NA])
    made = toll_ranges(table)
    assert (made.low[0], made.best[0], made.high[0]) == (5, 5, 9)
    assert made.notes.n_reordered == 1
    assert "1 range has bounds out of order" in made.notes.sentences()[0]
    with pytest.raises(ValueError, match=r"1 row.*low is above.*: i0"):
        toll_ranges(table.assign(quirk=pd.NA))


def test_every_statistic_contains_best() -> None:
    """Bounds out of order give what the same bounds in order give, in each way into the room."""
    wrong, right = table_of((8, 3, 12), (2, 15, 9)), table_of((3, 3, 12), (2, 15, 15))
    assert envelope(wrong) == envelope(right) == (5, 18, 27)
    for model in ("uniform", "triangular", "pert", "lognormal", "reported"):
        pd.testing.assert_frame_equal(total_by(wrong, [], model), total_by(right, [], model))
        first, second = (incident_distributions(t, model) for t in (wrong, right))
        np.testing.assert_array_equal(first.flat, second.flat)


def test_other_bases_and_outcomes_have_their_own_columns() -> None:
    table = table_of((1, 2, 3)).assign(
        killed_incl_low=10,
        killed_incl_best=10,
        killed_incl_high=10,
        wounded_low=4,
        wounded_best=4,
        wounded_high=4,
    )
    incl = incident_distributions(table, model="pert", basis="incl_attackers")
    wounded = incident_distributions(table, model="pert", outcome="wounded")
    assert (incl.mean[0], wounded.mean[0]) == (10, 4)


def test_errors_name_the_first_five_rows_and_the_count() -> None:
    bad = table_of(*[(9, 5, 2)] * 7, (1, 2, 3))
    with pytest.raises(ValueError, match=r"^7 row.*low is above.*: i0, i1, i2, i3, i4, \.\.\.$"):
        incident_distributions(bad, model="uniform")
    with pytest.raises(ValueError, match=r"1 row.*negative.*i1"):
        envelope(table_of((1, 2, 3), (-1, 2, 3)))
    with pytest.raises(ValueError, match="did you mean 'triangular'"):
        incident_distributions(table_of((1, 2, 3)), model="triangle")
    with pytest.raises(ValueError, match="empty selection"):
        envelope(table_of((None, None, None)))
    with pytest.raises(ValueError, match="empty selection"):
        incident_distributions(table_of((1, 2, 3)).iloc[:0], model="pert")
    with pytest.raises(ValueError, match="kappa"):
        incident_distributions(table_of((1, 2, 3)), model="claims", kappa=-0.1)
    with pytest.raises(ValueError, match="lacks column"):
        envelope(table_of((1, 2, 3)).drop(columns="killed_best"))
    with pytest.raises(ValueError, match="unknown outcome"):
        envelope(table_of((1, 2, 3)), outcome="hurt")
    with pytest.raises(ValueError, match="needs the reports"):
        incident_distributions(table_of((1, 2, 3)), model="claims")
    text = table_of((1, 2, 3), (4, 5, 6)).astype({"killed_best": object})
    text.loc[1, "killed_best"] = "about 5"
    with pytest.raises(ValueError, match=r"1 row.*not a number: i1"):
        envelope(text)
    with pytest.raises(ValueError, match=r"1 row.*negative.*i1; 1 row.*low is above.*i0"):
        envelope(table_of((9, None, 3), (-1, 2, 3)))
    with pytest.raises(ValueError, match="missing low"):
        triangular([1, np.nan], [2, 2], [3, 3])


def one_report(*row: object, kappa: float = 0.25) -> object:
    return pool_reports(reports_of(("a", *row)), np.array(["a"], dtype=object), kappa)[0]  # type: ignore[arg-type]


def test_kernels_of_the_claims_model() -> None:
    assert one_report("exact", 12, 12, 12).mass.tolist() == [1.0]  # type: ignore[attr-defined]
    spread = one_report("range", 10, 12, 20)
    np.testing.assert_allclose(spread.mass, triangular(10, 12, 20)[0].mass)  # type: ignore[attr-defined]
    about = one_report("about", None, 200, None)
    assert about.median == 200  # type: ignore[attr-defined]
    held = about.cdf(240) - about.cdf(200 / 1.2 - 1)  # type: ignore[attr-defined]
    assert held == pytest.approx(0.9, abs=0.01)
    for qualifier in ("nearly", "up_to"):
        rising = one_report(qualifier, None, *((40, None) if qualifier == "nearly" else (None, 40)))
        np.testing.assert_allclose(rising.mass, triangular(0, 40, 40)[0].mass)  # type: ignore[attr-defined]
    for qualifier, bound in (("at_least", 20), ("more_than", 20), ("dozens", 24)):
        given = (None,) * 3 if qualifier == "dozens" else (20, 20, None)
        upward = one_report(qualifier, *given, kappa=0.5)
        assert upward.offset == bound  # type: ignore[attr-defined]
        assert upward.mean == pytest.approx(1.5 * bound, rel=1e-9)  # type: ignore[attr-defined]
    # A geometric halves at a constant rate.
    ratios = np.diff(np.log(geometric(20)[0].mass[:50]))
    np.testing.assert_allclose(ratios, np.log(5 / 6), rtol=1e-9)
    assert geometric(20, kappa=0)[0].mass.tolist() == [1.0]


def test_pool_is_the_weighted_mixture() -> None:
    reports = reports_of(
        ("a", "exact", 10, 10, 10),
        ("b", "exact", 3, 3, 3),
        ("a", "range", 12, 14, 20),
        ("c", "exact", None, None, None),
        ("z", "exact", 1, 1, 1),
    ).assign(weight=[1.0, 5.0, 3.0, 1.0, 1.0])
    table = pd.DataFrame({"incident_id": ["b", "a", "c"]})
    made = incident_distributions(table, model="claims", claims=reports)
    assert list(made.labels) == ["b", "a"]
    assert made.n_missing == 1
    assert made[1].pmf(10) == pytest.approx(0.25)
    np.testing.assert_allclose(
        made[1].pmf(np.arange(12, 21)), 0.75 * triangular(12, 14, 20)[0].mass
    )
    np.testing.assert_allclose(np.add.reduceat(made.flat, made.starts), 1, atol=1e-12)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"qualifier": "roughly"}, "unknown qualifier"),
        ({"weight": -1.0}, "weight"),
        ({"weight": 0.0}, "sum to 0"),
        ({"low": -3}, "negative figure"),
        ({"low": 99}, "low is above high"),
        ({"incident_id": "elsewhere"}, "empty selection"),
    ],
)
def test_claims_model_refuses(change: dict[str, object], message: str) -> None:
    reports = reports_of(("a", "range", 1, 2, 3)).assign(**change)  # type: ignore[arg-type]
    table = pd.DataFrame({"incident_id": ["a"]})
    with pytest.raises(ValueError, match=message):
        incident_distributions(table, model="claims", claims=reports)


@pytest.mark.parametrize("model", MODELS)
def test_ten_thousand_incidents_within_a_second(model: str) -> None:
    rng = np.random.default_rng(5)
    n = 10_000
    best = np.minimum(np.floor(3 * rng.pareto(1.1, n)), 3000)
    table = pd.DataFrame(
        {
            "incident_id": [f"i{k}" for k in range(n)],
            "killed_low": np.floor(best * rng.uniform(0.4, 1, n)),
            "killed_best": best,
            "killed_high": np.ceil(best * rng.uniform(1, 2, n)),
            "type_of_violence": "one-sided",
        }
    )
    reports = pd.DataFrame(
        {
            "incident_id": np.repeat(table["incident_id"].to_numpy(), 2),
            "qualifier": np.tile(["at_least", "about"], n),
            "low": np.repeat(best, 2),
            "best": np.repeat(best, 2),
            "high": np.nan,
            "weight": 1.0,
        }
    )
    # As reports on parts, of which each incident gets one row that stands for the whole.
    parts = reports.assign(
        claimant="x", scope="part", complete=True, lower=reports["low"], central=reports["best"],
        upper=reports["best"], open_above=False,
    )  # fmt: skip
    for claims in (reports, parts) if model == "claims" else (None,):
        incident_distributions(table.iloc[:10], model=model, claims=claims)  # loads what it needs
        # Of this process: what else the machine does is no fault of the model.
        begin = time.process_time()
        made = incident_distributions(table, model=model, claims=claims)
        took = time.process_time() - begin
        assert len(made) == n
        assert abs(total(made).mean - made.mean.sum()) < 1e-6
        assert took < 1.0
