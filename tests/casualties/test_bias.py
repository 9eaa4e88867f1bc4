"""Who reports what: a known bias is found again, by both methods; zeros, weights, errors."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sahelstats.casualties import log_ratios, reporting_bias
from sahelstats.casualties.bias import weighted_median


def simulated(n: int = 150, seed: int = 1) -> pd.DataFrame:
    """Armies halve their own dead and double the enemy's; the UN and the press are right."""
    rng = np.random.default_rng(seed)
    rows = []
    for i in range(n):
        truth = np.exp(rng.normal(3.5, 0.8))
        own = i % 2 == 0
        for source, factor in (("army", 0.5 if own else 2.0), ("un", 1.0), ("press", 1.0)):
            side = ("own_dead" if own else "enemy_dead") if source == "army" else "other"
            best = truth * factor * np.exp(rng.normal(0, 0.2))
            rows.append((f"i{i}", f"{source} {i}", source, side, round(best), 1.0))
    columns = ["incident_id", "claimant", "source_type", "victims_side", "best", "weight"]
    return pd.DataFrame(rows, columns=columns).astype({"best": "Int64"})


@pytest.mark.parametrize("method", ["bootstrap", "mixed"])
def test_a_known_bias_is_found(method: str) -> None:
    reports = simulated()
    if method == "mixed":
        # Several reports per incident and side are what an incident intercept needs.
        reports = reports[reports["source_type"] != "army"].assign(victims_side="other")
        made = reporting_bias(reports, method="mixed").set_index("source_type")
        assert made.loc["un", "lower"] < 1 < made.loc["un", "upper"]
        return
    made = reporting_bias(reports, rng=np.random.default_rng(2))
    made = made.set_index(["victims_side", "source_type"])
    for side, factor in (("own_dead", 0.5), ("enemy_dead", 2.0)):
        row = made.loc[(side, "army")]
        # The army is compared with the lower of two unbiased figures: a little above its factor.
        assert row["bias"] == pytest.approx(factor * np.exp(0.2 / np.sqrt(np.pi)), rel=0.08)
        assert row["lower"] < row["bias"] < row["upper"]
        assert row["upper"] / row["lower"] < 1.3
        assert (row["n_reports"], row["n_incidents"]) == (75, 75)
    assert made.index.get_level_values(0).unique().tolist() == ["own_dead", "enemy_dead", "other"]


def test_bootstrap_is_repeatable() -> None:
    first, second = (
        reporting_bias(simulated(20), rng=np.random.default_rng(7), size=200) for _ in range(2)
    )
    pd.testing.assert_frame_equal(first, second)


def test_ratio_is_to_the_weighted_median_of_the_others() -> None:
    reports = pd.DataFrame(
        {
            "incident_id": ["a"] * 3 + ["b"],
            "source_type": ["army", "un", "press", "un"],
            "victims_side": "other",
            "best": [10, 20, 80, 5],
            "weight": [1.0, 1.0, 3.0, 1.0],
        }
    )
    made = log_ratios(reports)
    assert len(made) == 3  # incident b has one report
    np.testing.assert_allclose(np.exp(made["log_ratio"]), [10 / 80, 20 / 80, 80 / 10])
    assert weighted_median(np.array([1.0, 2.0, 3.0]), np.array([1.0, 1.0, 2.0])) == 2.0


def test_zero_counts_and_victim_groups() -> None:
    reports = pd.DataFrame(
        {
            "incident_id": "a",
            "source_type": ["army", "un", "army", "un"],
            "victims_side": ["own_dead", "other", "enemy_dead", "other"],
            "victims": ["soldiers", "soldiers", "militants", "militants"],
            "best": [0, 10, 60, 30],
        }
    )
    ratios = np.exp(log_ratios(reports)["log_ratio"])
    np.testing.assert_allclose(ratios, [0.5 / 10.5, 10.5 / 0.5, 2, 0.5])


def test_a_type_seen_once_has_no_interval() -> None:
    reports = simulated(4).assign(victims_side="other")
    extra = pd.DataFrame(
        {
            "incident_id": ["i0"],
            "source_type": ["ngo"],
            "victims_side": ["other"],
            "best": [30],
            "weight": [1.0],
        }
    )
    both = pd.concat([reports, extra], ignore_index=True)
    made = reporting_bias(both, rng=np.random.default_rng(1)).set_index("source_type")
    assert made.loc["ngo", ["lower", "upper"]].isna().all()
    assert made.loc["ngo", "bias"] > 0


def test_incidents_select_and_refusals() -> None:
    reports = simulated(10)
    incidents = pd.DataFrame({"incident_id": ["i0", "i1"]})
    made = reporting_bias(reports, incidents, rng=np.random.default_rng(1))
    assert made["n_incidents"].max() == 2
    for change, message in (
        ({"victims_side": "theirs"}, "unknown victims_side"),
        ({"best": -1}, "negative figure"),
        ({"weight": 0.0}, "weight"),
    ):
        with pytest.raises(ValueError, match=message):
            reporting_bias(reports.assign(**change), rng=np.random.default_rng(1))
    with pytest.raises(ValueError, match="needs a random generator"):
        reporting_bias(reports)
    with pytest.raises(ValueError, match="empty selection"):
        reporting_bias(reports, incidents.iloc[:0], rng=np.random.default_rng(1))
    with pytest.raises(ValueError, match="unknown method"):
        reporting_bias(reports, method="ols")
    with pytest.raises(ValueError, match="mixed model needs"):
        reporting_bias(reports[reports["source_type"] != "un"], method="mixed")
