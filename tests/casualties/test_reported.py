"""The reporting-error model against published values, closed forms and simulation."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import integrate, stats

from sahelstats.casualties import ReportedDeaths, total
from sahelstats.casualties.reported_law import DATA_FILE, coefficients

HERE = Path(__file__).parent
SHARED = Path(__file__).parents[2] / ".." / "shared" / "reference"
SHIPPED = HERE / "reported_deaths_examples.csv"
COEFFICIENTS = Path(__file__).parents[2] / "src" / "sahelstats" / "casualties" / DATA_FILE


def check_examples(path: Path) -> None:
    table = pd.read_csv(path)
    events = ReportedDeaths(table["fatalities"], table["violence"])
    found = {
        "loc": events.loc,
        "scale": events.scale,
        "w": events.weight,
        "mean": events.mean,
        "median": events.median,
        "p_at": events.cdf(table["fatalities"].to_numpy()),
    }
    found |= {
        name: events.ppf(q)
        for name, q in (("q05", 0.05), ("q25", 0.25), ("q75", 0.75), ("q95", 0.95), ("q975", 0.975))
    }
    assert set(found) == set(table.columns) - {"fatalities", "violence"}
    for name, values in found.items():
        np.testing.assert_allclose(values, table[name], rtol=1e-9, atol=1e-9, err_msg=name)


def test_examples_computed_with_the_authors_package() -> None:
    check_examples(SHIPPED)


def test_examples_in_the_shared_folder() -> None:
    path = SHARED / "reported_deaths_examples.csv"
    if not path.exists():
        pytest.skip(f"{path} is not here; the copy shipped with the tests has been checked")
    check_examples(path)
    assert path.read_text() == SHIPPED.read_text()


def test_coefficients_are_the_published_ones() -> None:
    path = SHARED / "reported_deaths_coefficients.csv"
    if not path.exists():
        pytest.skip(f"{path} is not here")
    assert pd.read_csv(path).equals(pd.read_csv(COEFFICIENTS))
    assert coefficients().weight.shape == (3, 12)


def test_numbers_and_words_for_violence_agree_and_broadcast() -> None:
    words = ReportedDeaths(5, ["state-based", "non-state", "one-sided"])
    assert words.shape == (3,)
    np.testing.assert_array_equal(words.loc, ReportedDeaths([5, 5, 5], [1, 2, 3]).loc)
    column = ReportedDeaths(np.array([[1], [13]]), "state-based")
    q = np.array([0.1, 0.5, 0.9])
    flat = ReportedDeaths([1, 13], "state-based")
    assert column.ppf(q).shape == (2, 3)
    np.testing.assert_array_equal(column.ppf(q), flat.ppf(q[:, None]).T)


@pytest.mark.parametrize("violence", [1, 2, 3])
@pytest.mark.parametrize("deaths", [0, 2, 7, 24, 500, 2000])
def test_density_atom_cdf_and_moments_agree(deaths: int, violence: int) -> None:
    event = ReportedDeaths(deaths, violence)
    law = stats.gumbel_r(event.loc, event.scale)
    assert event.pmf_reported == event.weight
    low, high = law.ppf(1e-13), law.ppf(1 - 1e-13)
    whole = integrate.quad(event.pdf, low, high, points=[float(event.loc)], limit=200)[0]
    assert whole == pytest.approx(1 - event.weight, rel=1e-8)
    # The Gumbel's mean and variance in closed form: loc + gamma scale, (pi scale)^2 / 6.
    mean = (1 - event.weight) * law.mean() + event.weight * deaths
    second = (1 - event.weight) * (law.var() + law.mean() ** 2) + event.weight * deaths**2
    assert event.mean == pytest.approx(mean, rel=1e-12)
    assert event.var == pytest.approx(second - mean**2, rel=1e-9)
    x = np.linspace(low, high, 41)
    expected = (1 - event.weight) * law.cdf(x) + event.weight * (x >= deaths)
    np.testing.assert_allclose(event.cdf(x), expected, atol=1e-13)
    np.testing.assert_allclose(event.sf(x), 1 - expected, atol=1e-13)


def test_quantile_is_the_generalised_inverse_across_the_atom() -> None:
    event = ReportedDeaths(40, "one-sided")
    below = (1 - event.weight) * stats.gumbel_r(event.loc, event.scale).cdf(40)
    q = np.concatenate([np.linspace(0.001, 0.999, 999), [below, below + event.weight]])
    x = event.ppf(q)
    assert (event.cdf(x) >= q - 1e-12).all()
    assert (event.cdf(np.nextafter(x, -np.inf)) <= q + 1e-12).all()
    inside = (q > below + 1e-12) & (q < below + event.weight - 1e-12)
    assert (x[inside] == 40).all()
    assert event.ppf(0) == -np.inf
    assert event.ppf(1) == np.inf
    assert event.cdf(np.inf) == 1


def test_rvs_follow_the_law() -> None:
    rng = np.random.default_rng(8)
    events = ReportedDeaths([0, 13, 400], [1, 2, 3])
    n = 400_000
    drawn = events.rvs(n, rng)
    assert drawn.shape == (n, 3)
    assert (np.abs(drawn.mean(axis=0) - events.mean) < 4 * events.std / np.sqrt(n)).all()
    q = np.array([[0.01], [0.3], [0.8], [0.99]])
    x = events.ppf(q)
    seen = (drawn[None] <= x[:, None]).mean(axis=1)
    truth = events.cdf(x)
    assert (np.abs(seen - truth) < 4.5 * np.sqrt(truth * (1 - truth) / n)).all()


def test_counts_round_and_fold() -> None:
    events = ReportedDeaths([0, 3, 100], [1, 2, 3])
    counts = events.to_counts()
    edges = np.arange(0, 30) + 0.5
    for i in range(3):
        one = ReportedDeaths(int(events.fatalities[i]), i + 1)
        np.testing.assert_allclose(counts[i].cdf(edges - 0.5), one.cdf(edges), atol=1e-11)
    assert (counts.offsets >= 0).all()
    # What lies below zero is folded up, so means can only grow.
    assert (counts.mean >= events.mean - 1e-9).all()


def test_bad_input_is_named() -> None:
    with pytest.raises(ValueError, match=r"2 row.*negative.*: 1, 3"):
        ReportedDeaths([1, -1, 2, -5], 1)
    with pytest.raises(ValueError, match=r"1 row.*missing fatalities.*: 2"):
        ReportedDeaths(pd.array([1, 2, None], dtype="Int64"), 1)
    with pytest.raises(ValueError, match=r"unknown type of violence.*1 \('war'\)"):
        ReportedDeaths([1, 2], ["one-sided", "war"])
    with pytest.raises(ValueError, match=r"unknown type of violence.*0"):
        ReportedDeaths(1, 4)
    with pytest.raises(ValueError, match=r"outside 0\.\.1"):
        ReportedDeaths(1, 1).ppf(1.1)
    with pytest.raises(ValueError, match="empty selection"):
        total(ReportedDeaths([], 1))


def test_fractions_are_accepted() -> None:
    events = ReportedDeaths([2.5, 2.5, 7.25], 1)
    assert (events.scale > 0).all()
    assert total(events).mean == pytest.approx(events.mean.sum(), rel=1e-12)
