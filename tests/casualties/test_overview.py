"""Small tables of the notebooks: sums that agree everywhere, shares of the variance."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sahelstats.casualties import (
    CountDistribution,
    draws,
    envelope,
    incident_distributions,
    total,
    total_by,
)
from sahelstats.casualties.collection import CountDistributions
from sahelstats.casualties.overview import (
    incidents_for_share,
    named_ranges,
    totals_table,
    variance_shares,
)
from sahelstats.summaries import counts_by, deaths_by_region
from sahelstats.tables import load_incidents

BASES = ["excl_attackers", "incl_attackers"]


@pytest.mark.parametrize("basis", BASES)
def test_one_rule_serves_every_sum(basis: str) -> None:
    """Notebook 01, the envelope, the totals by group and the CSV file itself say one thing."""
    table = load_incidents()
    prefix = "killed_" if basis == "excl_attackers" else "killed_incl_"
    plain = tuple(int(table[f"{prefix}{part}"].sum()) for part in ("low", "best", "high"))
    by_country = counts_by(table, "country", basis)
    parts = ["low", "best", "high"]
    assert tuple(by_country[parts].sum()) == plain
    assert envelope(table, basis=basis) == plain
    for by in ([], "country", ["country", "year"]):
        made = total_by(table, by, "triangular", basis=basis)
        assert tuple(made[parts].sum()) == plain
    assert int(by_country["without_best"].sum()) == int(table[f"{prefix}best"].isna().sum())
    assert len(named_ranges(table, basis)) == int(table[f"{prefix}best"].notna().sum())


def test_the_rule_where_bounds_are_missing_or_out_of_order() -> None:
    figures = pd.DataFrame(
        {
            "killed_low": [None, None, 4, 9, 2],
            "killed_best": [None, 5, None, 5, 8],
            "killed_high": [60, None, 8, None, 7],
        },
        dtype="Int64",
    )
    table = figures.assign(
        country="MLI", region="Mopti", killed_open_above=False, type_of_violence="one-sided"
    )
    wanted = (0 + 5 + 4 + 5 + 2, 5 + 6 + 5 + 8, 60 + 5 + 8 + 5 + 8)
    assert envelope(table) == wanted
    for made in (
        counts_by(table, "country"),
        deaths_by_region(table),
        total_by(table, "country", "pert"),
    ):
        assert tuple(made[["low", "best", "high"]].iloc[0]) == wanted


def test_shares_of_the_variance_are_covariances_with_the_total() -> None:
    """Against draws with the errors moving together in part: cov(X_i, T) / var(T)."""
    tolls = CountDistributions.of(
        [CountDistribution(np.full(n, 1 / n), offset=n) for n in (200, 400, 900)],
        labels=np.array(["a", "b", "c"]),
    )
    rng = np.random.default_rng(3)
    for dependence in ("independent", 0.5, "comonotonic"):
        sample = draws(tolls, 200_000, rng, dependence).astype(float)
        # Uniforms: the correlation of tolls is a little below that of their normal scores.
        whole = sample.sum(axis=1)
        measured = [np.cov(one, whole)[0, 1] / whole.var() for one in sample.T]
        found = variance_shares(tolls, dependence).set_index("incident_id")["share"]
        np.testing.assert_allclose(found[["a", "b", "c"]], measured, atol=0.008)
    shares = variance_shares(tolls)
    assert shares["incident_id"].tolist() == ["c", "b", "a"]
    assert shares["share"].tolist() == shares["variance_share"].tolist()
    assert shares["cumulative"].iloc[-1] == pytest.approx(1)
    assert incidents_for_share(shares, 0.5) == 1
    together = variance_shares(tolls, "comonotonic")
    np.testing.assert_allclose(together["share"], together["std_share"])


def test_totals_table_holds_every_pair() -> None:
    table = load_incidents().head(60)
    made = totals_table(table, [], ["uniform", "pert"], ["independent", 0.3, "comonotonic"], 0.9)
    assert len(made) == 6
    alone = total(incident_distributions(table, "pert"), "comonotonic").interval(0.9)
    row = made[(made["model"] == "pert") & made["assumption"].str.contains("all move")].iloc[0]
    assert (row["lower"], row["upper"]) == alone
