"""Which rows of two tables are the same incident."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from producers import ged, text, write
from typer.testing import CliRunner

from sahelstats import load_incidents
from sahelstats.cli import app
from sahelstats.datasets import match_events, read_ucdp_ged
from sahelstats.datasets.matching import assign, find_candidates
from sahelstats.datasets.similarity import WEIGHTS, Events
from sahelstats.geography.places import within_km
from sahelstats.ranges import to_csv


@pytest.fixture
def tables(ged_file):
    def make(left, right):
        return tuple(
            read_ucdp_ged(ged_file(*rows, name=f"{side}.csv"))
            for side, rows in (("left", left), ("right", right))
        )

    return make


def on(number, day, **changes):
    return ged(number, date_start=day, date_end=day, **changes)


def test_the_same_incident_is_found(tables):
    left, right = tables([on(1, "2022-07-26")], [on(2, "2022-07-27"), on(3, "2022-09-27")])
    pairs = match_events(left, right)
    assert pairs[["left_id", "right_id", "days_apart"]].to_numpy().tolist() == [
        ["UCDP-1", "UCDP-2", 1]
    ]
    assert pairs["reasons"].iat[0] == "1 day apart; same point; 5 and 5 killed; both jnim"


def test_pairs_are_one_to_one_and_the_best_together(tables):
    # The second of the left would like the first of the right too, which has a better partner.
    left, right = tables(
        [on(1, "2022-07-26"), on(2, "2022-07-25")], [on(3, "2022-07-26"), on(4, "2022-07-24")]
    )
    pairs = match_events(left, right)
    assert dict(zip(pairs["left_id"], pairs["right_id"], strict=True)) == {
        "UCDP-1": "UCDP-3", "UCDP-2": "UCDP-4",
    }  # fmt: skip


def test_ambiguous_pairs_name_their_rival(tables):
    left, right = tables([on(1, "2022-07-26")], [on(2, "2022-07-26"), on(3, "2022-07-26")])
    pairs = match_events(left, right)
    assert pairs["ambiguous"].tolist() == [True]
    assert {pairs["right_id"].iat[0], pairs["rival_id"].iat[0]} == {"UCDP-2", "UCDP-3"}
    clear = match_events(left, right.iloc[:1])
    assert clear["ambiguous"].tolist() == [False]
    assert clear["rival_id"].isna().all()


def test_all_candidates_on_request(tables):
    left, right = tables([on(1, "2022-07-26")], [on(2, "2022-07-26"), on(3, "2022-07-27")])
    found = match_events(left, right, candidates=True)
    assert found["matched"].tolist() == [True, False]


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ({}, {"date_start": "2022-07-27", "date_end": "2022-07-27"}),
        ({}, {"latitude": "13.6"}),
        ({}, {"best": 50, "deaths_b": 48, "high": 60, "low": 40}),
        ({}, {"type_of_violence": 3, "side_a": "Government of Mali", "side_b": "Civilians",
              "where_prec": 1}),
    ],
)  # fmt: skip
def test_each_part_counts(better, worse, tables):
    left, right = tables([ged(1)], [ged(2, **better), ged(3, **worse)])
    found = match_events(left, right, candidates=True).set_index("right_id")["score"]
    assert found["UCDP-2"] > found["UCDP-3"]


def test_scores_stay_within_0_and_1_and_are_the_weighted_mean():
    table = load_incidents().head(120)
    found = match_events(table, table, days=20, km=200, candidates=True)
    parts = found[[f"score_{part}" for part in WEIGHTS]]
    assert parts.to_numpy().min() >= 0
    assert parts.to_numpy().max() <= 1
    mean = (parts * list(WEIGHTS.values())).sum(axis=1)
    assert np.allclose(mean, found["score"], atol=2e-4)
    assert sum(WEIGHTS.values()) == pytest.approx(1)


def test_a_table_matches_itself():
    table = load_incidents()
    pairs = match_events(table, table)
    assert (pairs["left_id"] == pairs["right_id"]).all()
    assert len(pairs) == table["latitude"].notna().sum()


def test_matching_is_symmetric():
    table = load_incidents()
    left, right = table.iloc[::2], table.iloc[1::2]
    one = match_events(left, right, days=10, km=100)
    other = match_events(right, left, days=10, km=100)
    assert set(zip(one["left_id"], one["right_id"], strict=True)) == set(
        zip(other["right_id"], other["left_id"], strict=True)
    )


def test_candidates_are_those_within_both_limits():
    table = load_incidents().dropna(subset=["latitude"]).head(150)
    found = match_events(table, table, days=30, km=60, min_score=0, candidates=True)
    near = set(zip(found["left_id"], found["right_id"], strict=True))
    for row in table.itertuples():
        around = within_km(table, (row.latitude, row.longitude), 60, max_geo_precision=None)
        gap = np.maximum(
            (around["date_start"] - row.date_end).dt.days,
            (row.date_start - around["date_end"]).dt.days,
        )
        expected = set(around["incident_id"][gap <= 30])
        mine = {right for left, right in near if left == row.incident_id}
        # The sphere and the ellipsoid differ by less than 0.6 %.
        unsure = set(around["incident_id"][around["distance_km"] > 59.6])
        assert mine - unsure == expected - unsure


def test_events_of_months_are_candidates_once(tables):
    left, right = tables(
        [ged(1, date_start="2022-01-01", date_end="2022-12-31")], [on(2, "2022-07-26")]
    )
    one, other = Events.of(left), Events.of(right)
    assert len(find_candidates(one, other, 2, 50).left) == 1


def test_rows_without_a_point_have_no_match(tables):
    left, right = tables([ged(1, latitude=0, longitude=0), ged(2)], [ged(3)])
    assert match_events(left, right)["left_id"].tolist() == ["UCDP-2"]
    assert match_events(left.iloc[:1], right).empty


def test_empty_tables():
    table = load_incidents()
    assert list(match_events(table.iloc[:0], table).columns) == list(
        match_events(table, table).columns
    )


def test_limits_and_ids_are_checked():
    table = load_incidents().head(3)
    with pytest.raises(ValueError, match="must not be negative"):
        match_events(table, table, days=-1)
    with pytest.raises(ValueError, match=r"the right table has .* twice"):
        match_events(table, pd.concat([table, table]))


candidates = st.lists(
    st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(1, 100)),
    min_size=1, max_size=12, unique_by=lambda pair: pair[:2],
)  # fmt: skip


@given(candidates)
@settings(deadline=None, max_examples=200)
def test_assignment_has_the_largest_sum(pairs):
    left, right, score = (np.array(values) for values in zip(*pairs, strict=True))
    chosen = assign(left, right, score / 100)
    assert len(set(left[chosen])) == len(set(right[chosen])) == chosen.sum()
    best = 0
    for count in range(1, min(len(pairs), 5) + 1):
        for some in itertools.combinations(range(len(pairs)), count):
            rows = list(some)
            if len(set(left[rows])) == len(set(right[rows])) == count:
                best = max(best, score[rows].sum())
    assert score[chosen].sum() == best


def test_command(tables, tmp_path):
    left, right = tables([on(1, "2022-07-26"), on(9, "2021-01-01")], [on(2, "2022-07-26")])
    files = [write(tmp_path / f"{n}.csv", to_csv(table)) for n, table in enumerate((left, right))]
    out = tmp_path / "pairs.csv"
    result = CliRunner().invoke(app, ["match", *map(str, files), "--out", str(out)])
    assert result.exit_code == 0, result.output
    assert "1 of 2 incidents have a match among 1, 0 of them ambiguous." in result.output
    assert pd.read_csv(out)["right_id"].tolist() == ["UCDP-2"]


def test_command_with_a_file_that_is_no_tidy_table(tmp_path):
    file = write(tmp_path / "a.csv", text(["a", "b"], [{"a": "1", "b": "2"}]))
    arguments = ["match", str(file), str(file), "--out", str(tmp_path / "p.csv")]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 1
    assert "is missing" in result.output
