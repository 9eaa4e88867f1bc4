"""Which reports the claims model pools, how assumptions are read, first tolls against last."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from sahelstats.casualties import draws, incident_distributions, total, total_by
from sahelstats.casualties.collection import CountDistributions
from sahelstats.casualties.counts import CountDistribution
from sahelstats.casualties.evidence import pooled_reports, read_dependence
from sahelstats.casualties.revisions import first_and_last, revision_factor
from sahelstats.casualties.shared_counts import measures_of_counts
from sahelstats.reports import reports
from sahelstats.tables import load_claims, load_incidents


def report(incident: str, scope: str, qualifier: str, *bounds: Any, **more: Any) -> dict[str, Any]:
    low, best, high = bounds
    figures = [figure for figure in (best, low) if figure is not None]
    central = figures[0] if figures else None
    return {
        "incident_id": incident,
        "claimant": more.get("claimant", scope),
        "scope": scope,
        "qualifier": qualifier,
        "low": low,
        "best": best,
        "high": high,
        "lower": None
        if qualifier in ("up_to", "dozens")
        else (low if low is not None else central),
        "central": central,
        "upper": high if high is not None else central,
        "open_above": qualifier in ("at_least", "more_than"),
        "complete": bool(figures or high is not None) and more.get("complete", True),
        "weight": 1.0,
    }


def frame_of(*rows: dict[str, Any]) -> pd.DataFrame:
    integers = ["low", "best", "high", "lower", "central", "upper"]
    return pd.DataFrame(rows).astype(dict.fromkeys(integers, "Int64"))


def kept(*rows: dict[str, Any]) -> list[list[Any]]:
    found = pooled_reports(frame_of(*rows))[["qualifier", "low", "high"]].astype(object)
    return found.where(found.notna(), None).to_numpy().tolist()


def test_parts_never_pull_the_whole_down() -> None:
    rows = (
        report("a", "whole", "exact", 100, 100, 100),
        report("a", "part", "exact", 10, 10, 10),
        report("a", "wider", "exact", 300, 300, 300),
    )
    assert kept(*rows) == [["exact", 100, 100]]
    table = pd.DataFrame({"incident_id": ["a"]})
    tolls = incident_distributions(table, "claims", claims=pooled_reports(frame_of(*rows)))
    assert tolls.mean.tolist() == [100.0]


def test_where_nobody_gives_the_whole() -> None:
    part, wider = (
        report("a", "part", "exact", 30, 30, 30),
        report("a", "wider", "exact", 50, 50, 50),
    )
    assert kept(part) == [["at_least", 30, None]]
    assert kept(part, wider) == [["range", 30, 50]]
    assert kept(wider) == [["up_to", None, 50]]
    small = report("a", "wider", "exact", 20, 20, 20)
    assert kept(part, small) == [["at_least", 30, None]]
    assert kept(part, report("a", "wider", "at_least", 50, 50, None)) == [["at_least", 30, None]]


def test_sums_that_leave_a_group_out_and_words() -> None:
    partial = report("a", "whole", "at_least", 34, 34, None, complete=False, claimant="x")
    words = report("a", "whole", "dozens", None, None, None, claimant="w")
    assert kept(partial) == [["at_least", 34, None]]
    assert kept(partial, report("a", "whole", "exact", 60, 60, 60)) == [["exact", 60, 60]]
    assert sorted(row[0] for row in kept(words, report("a", "whole", "exact", 60, 60, 60))) == [
        "dozens",
        "exact",
    ]
    assert kept(words) == [["dozens", None, None]]


def test_the_pool_lies_within_the_curated_ranges_where_they_are_closed() -> None:
    table = load_incidents()
    pool = pooled_reports(reports(load_claims()))
    tolls = incident_distributions(table, "claims", claims=pool)
    best = table.set_index("incident_id").loc[list(tolls.labels)]
    # Exact reports only: the mixture has the ends of the range.
    exact = pool.groupby("incident_id")["qualifier"].agg(lambda q: set(q) == {"exact"})
    for place in np.flatnonzero(exact.loc[list(tolls.labels)].to_numpy()):
        if bool(best["killed_open_above"].iloc[place]):
            continue  # a part above the whole raised the high
        low, high = tolls[int(place)].ppf([0, 1])
        assert low == best["killed_low"].iloc[place]
        assert high == best["killed_high"].iloc[place]


def test_read_dependence() -> None:
    assert read_dependence("independent") == "independent"
    assert read_dependence("0.5") == 0.5
    for text, message in (("some", "such as 0.3"), ("1.5", "between 0 and 1"), ("nan", "between")):
        with pytest.raises(ValueError, match=message):
            read_dependence(text)


def test_certain_tolls_only_move_the_total() -> None:
    coins = [CountDistribution([0.5, 0.5], offset=n) for n in (0, 3)]
    sure = [CountDistribution.point(n) for n in (4, 9, 9)]
    tolls = CountDistributions.of([*coins, *sure])
    measures, lowest = measures_of_counts(tolls)
    assert (len(measures), lowest) == (2, 25)
    without, with_sure = total(coins, 0.4), total(tolls, 0.4)
    assert with_sure.mean == pytest.approx(without.mean + 22)
    assert with_sure.ppf([0.1, 0.5, 0.9]).tolist() == [
        q + 22 for q in without.ppf([0.1, 0.5, 0.9]).tolist()
    ]
    assert total(sure, 0.4).interval(0.9) == (22.0, 22.0)


def claim(incident: str, party: str, day: int, figure: int, **more: Any) -> dict[str, Any]:
    when = pd.Timestamp("2024-01-01") + pd.Timedelta(days=day)
    return {
        "incident_id": incident, "claim_no": more.get("claim_no", day), "claimant": party,
        "party": party, "reported_on": when, "reported_until": more.get("until", when),
        "outcome": "killed", "victims": more.get("victims", "civilians"),
        "includes_perpetrators": "no", "qualifier": "exact", "low": figure, "best": figure,
        "high": figure, "scope": more.get("scope", "whole"), "status": more.get("status", "stated"),
    }  # fmt: skip


def test_first_and_last() -> None:
    month = pd.Timestamp("2024-01-31")
    frame = pd.DataFrame(
        [
            claim("a", "x", 1, 10, status="superseded"),
            claim("a", "y", 1, 14),
            claim("a", "z", 1, 20),
            claim("a", "x", 4, 30),
            claim("a", "w", 9, 99, status="rumour"),
            claim("a", "v", 9, 99, scope="part"),
            claim("a", "v", 9, 99, victims="perpetrators"),
            claim("a", "v", 0, 5, until=month),
            claim("b", "x", 1, 8),
            claim("b", "y", 1, 9),
        ]
    )
    found = first_and_last(frame)
    assert found[["incident_id", "first", "last", "days", "n_claims", "same_party"]].to_numpy(
    ).tolist() == [["a", 14, 30, 3, 4, True]]  # fmt: skip
    change = revision_factor(found, 0.95, np.random.default_rng(1))
    assert change["factor"] == pytest.approx(30 / 14)
    assert (change["rose"], change["same"], change["fell"]) == (1, 0, 0)
    with pytest.raises(ValueError, match="empty selection"):
        revision_factor(found.iloc[:0], 0.95, np.random.default_rng(1))


@pytest.mark.parametrize("basis", ["excl_attackers", "incl_attackers"])
def test_parts_cannot_be_pooled_by_mistake(basis: str) -> None:
    """Claims, reports and pooled reports give one result, by every way into the model."""
    table, claims = load_incidents(), load_claims()
    every = reports(claims, "killed", basis)
    pool = pooled_reports(every)
    assert set(every["scope"]) == {"whole", "part", "wider"} and set(pool["scope"]) == {"whole"}
    wanted = incident_distributions(table, "claims", claims=pool, basis=basis)
    by_year = total_by(table, "year", "claims", claims=pool, basis=basis)
    for given in (claims, every):
        tolls = incident_distributions(table, "claims", claims=given, basis=basis)
        np.testing.assert_array_equal(tolls.flat, wanted.flat)
        assert tolls.labels.tolist() == wanted.labels.tolist()
        made = total_by(table, "year", "claims", claims=given, basis=basis)
        pd.testing.assert_frame_equal(made, by_year)
    rng = (np.random.default_rng(1), np.random.default_rng(1))
    first = draws(wanted, 3, rng[0])
    second = draws(incident_distributions(table, "claims", claims=claims, basis=basis), 3, rng[1])
    np.testing.assert_array_equal(first, second)


def test_a_part_and_a_wider_count_are_left_out_of_one_incident() -> None:
    rows = (
        report("a", "whole", "exact", 100, 100, 100),
        report("a", "part", "exact", 10, 10, 10),
        report("a", "wider", "exact", 300, 300, 300),
    )
    table = pd.DataFrame({"incident_id": ["a"]})
    tolls = incident_distributions(table, "claims", claims=frame_of(*rows))
    assert (tolls[0].mean, tolls[0].var) == (100.0, 0.0)


def test_pooling_what_is_pooled_changes_nothing() -> None:
    part, wider = (
        report("b", "part", "exact", 30, 30, 30),
        report("b", "wider", "exact", 50, 50, 50),
    )
    rows = (
        report("a", "whole", "up_to", None, None, 9),
        report("a", "whole", "dozens", None, None, None, claimant="w"),
        report("a", "part", "exact", 3, 3, 3),
        part,
        wider,
        report("c", "part", "up_to", None, None, 20),
        report("d", "whole", "at_least", 34, 34, None, complete=False),
    )
    for frame in (frame_of(*rows), reports(load_claims())):
        once = pooled_reports(frame)
        pd.testing.assert_frame_equal(pooled_reports(once), once)
    assert kept(*rows) == [
        ["dozens", None, None],
        ["up_to", None, 9],
        ["range", 30, 50],
        ["up_to", None, 20],
        ["at_least", 34, None],
    ]


def test_claims_that_lack_columns_are_refused() -> None:
    claims = load_claims()
    table = load_incidents()
    with pytest.raises(ValueError, match=r"claims table.*lacks column.*weight"):
        incident_distributions(table, "claims", claims=claims.drop(columns="weight"))
    with pytest.raises(ValueError, match=r"reports table lacks column.*qualifier"):
        incident_distributions(table, "claims", claims=reports(claims).drop(columns="qualifier"))
