"""Totals by group: parts and whole, columns, missing figures, every model and dependence."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sahelstats.casualties import MODELS, envelope, incident_distributions, total, total_by
from sahelstats.casualties.incidents import reported_deaths

COLUMNS = [
    "n_incidents",
    "n_missing",
    "low",
    "best",
    "high",
    "mean",
    "q025",
    "q05",
    "q50",
    "q95",
    "q975",
    "method",
    "dependence",
]


@pytest.fixture(name="table")
def _table() -> pd.DataFrame:
    rng = np.random.default_rng(12)
    n = 120
    low = rng.integers(0, 20, n)
    best = low + rng.integers(0, 10, n)
    table = pd.DataFrame(
        {
            "incident_id": [f"i{k}" for k in range(n)],
            "country": rng.choice(["Mali", "Niger", "Benin"], n),
            "year": rng.integers(2020, 2024, n),
            "type_of_violence": rng.choice(["state-based", "non-state", "one-sided"], n),
            "killed_low": low,
            "killed_best": best,
            "killed_high": best + rng.integers(0, 30, n),
        }
    ).astype(dict.fromkeys(("killed_low", "killed_best", "killed_high"), "Int64"))
    table.loc[::17, ["killed_low", "killed_best", "killed_high"]] = pd.NA
    table.loc[3, "country"] = None
    return table


@pytest.fixture(name="reports")
def _reports(table: pd.DataFrame) -> pd.DataFrame:
    known = table[table["killed_best"].notna()]
    return pd.DataFrame(
        {
            "incident_id": known["incident_id"],
            "qualifier": "about",
            "low": pd.NA,
            "best": known["killed_best"],
            "high": pd.NA,
            "weight": 1.0,
        }
    )


@pytest.mark.parametrize("by", ["year", ["country"], ["country", "year"]])
@pytest.mark.parametrize("model", MODELS)
def test_parts_sum_to_the_whole(
    table: pd.DataFrame, reports: pd.DataFrame, model: str, by: str | list[str]
) -> None:
    parts = total_by(table, by, model=model, claims=reports)
    whole = total_by(table, [], model=model, claims=reports)
    keys = [by] if isinstance(by, str) else by
    assert list(parts.columns) == keys + COLUMNS
    assert len(whole) == 1
    for column in ("n_incidents", "n_missing", "low", "best", "high"):
        assert parts[column].sum() == whole[column][0]
    assert parts["mean"].sum() == pytest.approx(whole["mean"][0], rel=1e-12)
    assert whole["n_incidents"][0] == 120
    assert whole["n_missing"][0] == 8
    assert tuple(whole.loc[0, ["low", "best", "high"]]) == envelope(table)


@pytest.mark.parametrize("dependence", ["independent", "comonotonic", 0.3])
@pytest.mark.parametrize("model", ["triangular", "reported"])
def test_rows_are_the_totals_of_their_groups(
    table: pd.DataFrame, model: str, dependence: str | float
) -> None:
    made = total_by(table, "year", model=model, dependence=dependence, level=0.8)
    for row in made.itertuples():
        part = table[table["year"] == row.year]
        tolls = reported_deaths(part) if model == "reported" else incident_distributions(part)
        alone = total(tolls, dependence)
        found = [row.q025, row.q05, row.q50, row.q95, row.q975, row.lower, row.upper]
        expected = alone.ppf([0.025, 0.05, 0.5, 0.95, 0.975, 0.1, 0.9])
        np.testing.assert_allclose(found, expected, atol=1e-6 * alone.std)
        assert row.mean == pytest.approx(alone.mean, rel=1e-12)
        assert row.method == f"{model}, {alone.method}"
        assert row.dependence == alone.dependence
    assert list(made.columns[-3:]) == ["level", "method", "dependence"]


def test_a_group_without_any_figure_keeps_an_empty_row(table: pd.DataFrame) -> None:
    table.loc[table["year"] == 2021, ["killed_low", "killed_best", "killed_high"]] = pd.NA
    made = total_by(table, "year", model="reported").set_index("year")
    row = made.loc[2021]
    assert row["n_missing"] == row["n_incidents"] > 0
    assert made.loc[2021, ["low", "best", "high", "mean", "q50"]].isna().all()
    assert made.drop(index=2021)["mean"].notna().all()


def test_refusals(table: pd.DataFrame) -> None:
    with pytest.raises(ValueError, match=r"lacks column.*region"):
        total_by(table, "region")
    with pytest.raises(ValueError, match="unknown model"):
        total_by(table, "year", model="guess")
    with pytest.raises(ValueError, match="rho"):
        total_by(table, "year", dependence=2.0)
    with pytest.raises(ValueError, match="model of deaths"):
        total_by(
            table.assign(wounded_low=1, wounded_best=1, wounded_high=1),
            "year",
            model="reported",
            outcome="wounded",
        )
    table.loc[5, "type_of_violence"] = None
    with pytest.raises(ValueError, match=r"1 row.*missing type_of_violence: i5"):
        total_by(table, "year", model="reported")
