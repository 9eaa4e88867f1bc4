"""From claims to a range: each rule on a few claims made for it, then five real incidents by hand.

A claim is written as it would be told: ``c("army", "at_least 12", victims="civilians")``.
"""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sahelstats import load_claims
from sahelstats.ranges import RANGE_COLUMNS, ranges, weighted_median
from sahelstats.reports import reports
from sahelstats.tables.columns import last_day, typed
from sahelstats.tables.schema import CLAIMS

EXCL, INCL = "excl_attackers", "incl_attackers"


#: qualifier -> the bounds that its one number stands in; a range has two or three numbers.
FILLS = {
    "exact": ("low", "best", "high"), "at_least": ("low", "best"), "more_than": ("low", "best"),
    "about": ("best",), "nearly": ("best",), "up_to": ("high",), "dozens": (),
}  # fmt: skip


def c(claimant, figure, **cells):
    """Return one claim as text; the figure is a qualifier and its numbers."""
    qualifier, *numbers = figure.split()
    if qualifier == "range":
        names = ("low", "high") if len(numbers) == 2 else ("low", "best", "high")
        bounds = dict(zip(names, numbers, strict=True))
    else:
        bounds = dict.fromkeys(FILLS[qualifier], "".join(numbers))
    victims = cells.get("victims", "all")
    return {
        "incident_id": "MLI-20240101-x", "claimant": claimant, "outcome": "killed",
        "victims": victims, "scope": "whole", "status": "stated", "qualifier": qualifier,
        "includes_perpetrators": "yes" if victims == "perpetrators" else "no",
    } | bounds | cells  # fmt: skip


def frame(*claims, party=None, weight=None):
    """Return claims as ``load_claims`` would, numbered from 1 in the order given."""
    empty = dict.fromkeys(CLAIMS.column_names, "")
    rows = [empty | {"claim_no": str(number)} | claim for number, claim in enumerate(claims, 1)]
    text = pd.DataFrame(rows, dtype=str)
    loaded, bad = typed(text, CLAIMS)
    assert not bad.to_numpy().any()
    names = text["claimant"].tolist()
    return loaded.assign(
        reported_until=last_day(text["reported_on"]),
        source_type="media",
        party=[(party or {}).get(name, name) for name in names],
        weight=[(weight or {}).get(name, 1.0) for name in names],
    )


def range_of(*claims, basis=EXCL, outcome="killed", **sources):
    """Return the range of the one incident the claims speak of, None where there is none."""
    found = ranges(frame(*claims, **sources), outcome, basis)
    assert len(found) <= 1
    return found.iloc[0] if len(found) else None


def toll(*claims, **more):
    """Return low, best, high and whether the high is open, with None where nothing is said."""
    found = range_of(*claims, **more)
    if found is None:
        return None
    cells = found[["low", "best", "high", "open_above"]]
    return tuple(None if pd.isna(cell) else cell for cell in cells)


# ---- what a qualifier bounds ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("figure", "expected"),
    [
        ("exact 12", (12, 12, 12, False)),
        ("range 10 14 20", (10, 14, 20, False)),
        ("range 10 21", (10, 15, 21, False)),  # the middle, rounded down
        ("at_least 12", (12, 12, 12, True)),
        ("more_than 12", (12, 12, 12, True)),
        ("about 12", (12, 12, 12, False)),
        ("nearly 12", (12, 12, 12, False)),
        ("up_to 12", (None, None, 12, False)),
        ("exact 0", (0, 0, 0, False)),
    ],
)
def test_one_claim(figure, expected):
    assert toll(c("army", figure)) == expected


def test_up_to_never_bounds_from_below():
    assert toll(c("army", "exact 12"), c("mayor", "up_to 5"))[0] == 12
    assert toll(c("army", "exact 12"), c("mayor", "about 5"))[0] == 5


def test_up_to_bounds_from_above():
    assert toll(c("army", "exact 12"), c("mayor", "up_to 30")) == (12, 12, 30, False)


def test_up_to_is_no_best_figure():
    claims = (c("army", "exact 130"), c("mayor", "exact 200"), c("analyst", "up_to 600"))
    assert toll(*claims) == (130, 130, 600, False)
    found = range_of(*claims)
    assert (found["n_reports"], found["n_sources"]) == (3, 3)
    assert (found["best_by"], found["high_by"]) == ("army (1)", "analyst (3)")


def test_up_to_alone_is_a_high_without_a_best():
    found = range_of(c("army", "up_to 150"))
    assert (found["high"], found["open_above"], found["n_reports"]) == (150, False, 1)
    assert pd.isna(found["low"]) and pd.isna(found["best"])
    assert (found["low_by"], found["best_by"]) == ("", "")


def test_an_up_to_does_not_push_an_undivided_figure_out():
    claims = (
        c("army", "exact 10", reported_on="2024-01-01"),
        c("army", "up_to 15", victims="civilians", reported_on="2024-01-05"),
    )
    assert toll(*claims) == (10, 10, 10, False)
    older = c("army", "up_to 20", reported_on="2024-01-01")
    newer = c("army", "exact 15", victims="civilians", reported_on="2024-01-05")
    assert toll(older, newer) == (None, None, 20, False)
    assert toll(older | {"high": "12"}, newer) == (15, 15, 15, False)


def test_up_to_cannot_pull_the_best_below_the_low():
    claims = (c("army", "exact 100"), c("mayor", "up_to 10"), c("nurse", "up_to 10"))
    assert toll(*claims) == (100, 100, 100, False)


def test_dozens_give_no_figure():
    assert toll(c("army", "dozens")) is None
    found = range_of(c("army", "dozens"), c("mayor", "exact 9"))
    assert (found["low"], found["high"], found["n_reports"]) == (9, 9, 1)


def test_missing_is_not_zero():
    claims = frame(c("army", "exact 12"), c("mayor", "exact 3", incident_id="MLI-20240202-y"))
    assert ranges(claims, "wounded").empty
    assert ranges(claims[:0]).empty
    assert ranges(claims).index.tolist() == ["MLI-20240101-x", "MLI-20240202-y"]


def test_outcomes_are_kept_apart():
    claims = (c("army", "exact 12"), c("army", "exact 30", outcome="wounded"))
    assert toll(*claims) == (12, 12, 12, False)
    assert toll(*claims, outcome="wounded") == (30, 30, 30, False)


# ---- low, best and high of several reports -------------------------------------------------------


def test_low_is_the_smallest_lower_and_high_the_largest_upper_bound():
    claims = (c("army", "range 5 6 7"), c("mayor", "exact 9"), c("nurse", "range 8 10 40"))
    assert toll(*claims) == (5, 9, 40, False)


def test_best_is_the_median():
    claims = [c(name, f"exact {n}") for name, n in zip("abcde", (3, 90, 4, 5, 100), strict=True)]
    assert toll(*claims)[1] == 5


def test_a_tie_goes_to_the_lower():
    assert toll(c("army", "exact 10"), c("mayor", "exact 20"))[1] == 10


def test_weights_count():
    claims = (c("army", "exact 10"), c("mayor", "exact 20"), c("wiki", "exact 30"))
    assert toll(*claims)[1] == 20
    # 10 has 1 of 1.5: more than half.
    assert toll(*claims, weight={"mayor": 0.25, "wiki": 0.25})[1] == 10
    # 10 and 20 have 0.5 of 1.5 together: half of it is reached at 30.
    assert toll(*claims, weight={"army": 0.25, "mayor": 0.25})[1] == 30


@pytest.mark.parametrize(
    ("values", "weights", "median"),
    [
        ([7], [1], 7),
        ([1, 2, 3, 4], [1, 1, 1, 1], 2),
        ([4, 3, 2, 1], [1, 1, 1, 1], 2),
        ([1, 2, 3], [1, 1, 2], 2),
        ([1, 2, 3], [1, 1, 2.1], 3),
        ([5, 1, 9], [0.1, 0.1, 0.1], 5),
        ([1, 9], [0, 1], 9),
    ],
)
def test_weighted_median(values, weights, median):
    assert weighted_median(np.array(values), np.array(weights, dtype=float)) == median


def test_open_above_only_when_the_high_itself_is_left_open():
    assert toll(c("army", "at_least 12"), c("mayor", "exact 20"))[2:] == (20, False)
    assert toll(c("army", "exact 12"), c("mayor", "more_than 20"))[2:] == (20, True)
    # Somebody says 20, somebody else at least 20: the high is open.
    assert toll(c("army", "exact 20"), c("mayor", "at_least 20"))[2:] == (20, True)


def test_reports_and_parties_are_counted():
    claims = (c("army", "exact 10"), c("minister", "exact 11"), c("mayor", "exact 12"))
    found = range_of(*claims, party={"army": "State", "minister": "State"})
    assert (found["n_reports"], found["n_sources"]) == (3, 2)


def test_a_claimant_counts_once_however_often_it_is_relayed():
    claims = [c("army", "exact 10", relay=relay) for relay in ("AFP", "AP", "RFI")]
    found = range_of(*claims, c("mayor", "exact 20"))
    assert (found["n_reports"], found["best"]) == (2, 10)


def test_it_is_said_who_set_each_bound():
    found = range_of(c("army", "exact 10"), c("mayor", "exact 15"), c("nurse", "exact 30"))
    assert found[["low_by", "best_by", "high_by"]].tolist() == [
        "army (1)",
        "mayor (2)",
        "nurse (3)",
    ]


# ---- which claims stand --------------------------------------------------------------------------


def test_the_latest_claim_supersedes():
    early, late = ("2024-01-02", "2024-01-05")
    claims = (c("army", "exact 30", reported_on=late), c("army", "exact 10", reported_on=early))
    assert toll(*claims) == (30, 30, 30, False)


def test_a_month_counts_as_its_last_day():
    claims = (
        c("army", "exact 30", reported_on="2024-01"),
        c("army", "exact 10", reported_on="2024-01-20"),
    )
    assert toll(*claims) == (30, 30, 30, False)


def test_an_unknown_date_is_earlier_than_any_other():
    claims = (c("army", "exact 30", reported_on="2024-01-02"), c("army", "exact 10"))
    assert toll(*claims) == (30, 30, 30, False)


def test_the_higher_number_wins_on_the_same_day():
    day = {"reported_on": "2024-01-02"}
    assert toll(c("army", "exact 30", **day), c("army", "exact 10", **day))[2] == 10
    first, second = c("army", "exact 30", **day), c("army", "exact 10", **day)
    assert toll(first | {"claim_no": "9"}, second | {"claim_no": "3"})[2] == 30


def test_a_later_figure_for_one_group_replaces_only_that_group():
    claims = (
        c("army", "exact 10", victims="civilians", reported_on="2024-01-02"),
        c("army", "exact 4", victims="state_forces", reported_on="2024-01-02"),
        c("army", "exact 25", victims="civilians", reported_on="2024-01-05"),
    )
    assert toll(*claims) == (29, 29, 29, False)


@pytest.mark.parametrize("status", ["superseded", "derived", "rumour"])
def test_what_does_not_stand_never_enters(status):
    assert toll(c("army", "exact 10"), c("mayor", "exact 99", status=status))[2] == 10
    assert toll(c("mayor", "exact 99", status=status)) is None


def test_a_denial_enters_as_zero():
    claims = (c("army", "exact 0", status="denial"), c("JNIM", "exact 40"))
    assert toll(*claims) == (0, 0, 40, False)


# ---- groups of victims ---------------------------------------------------------------------------


def test_groups_are_added_up():
    claims = [
        c("army", f"exact {n}", victims=victims)
        for n, victims in enumerate(
            ("civilians", "state_forces", "allied_militia", "peacekeepers", "foreign_forces"), 1
        )
    ]
    assert toll(*claims) == (15, 15, 15, False)


def test_bounds_of_groups_are_added_up_one_by_one():
    claims = (
        c("army", "range 5 6 9", victims="civilians"),
        c("army", "at_least 10", victims="state_forces"),
    )
    assert toll(*claims) == (15, 16, 19, True)


def test_a_sum_with_an_up_to_has_no_low():
    claims = (
        c("army", "exact 5", victims="civilians"),
        c("army", "up_to 10", victims="state_forces"),
    )
    assert toll(*claims) == (None, None, 15, False)
    assert toll(*claims, c("mayor", "exact 9")) == (9, 9, 15, False)


def test_perpetrators_are_left_out_without_attackers():
    claims = (
        c("army", "exact 5", victims="civilians"),
        c("army", "exact 9", victims="perpetrators"),
    )
    assert toll(*claims) == (5, 5, 5, False)


def test_militants_count_when_they_are_not_the_attackers():
    assert toll(c("army", "exact 203", victims="militants")) == (203, 203, 203, False)


def test_an_undivided_figure_goes_before_the_sum_of_groups():
    day = {"reported_on": "2024-01-02"}
    claims = (
        c("army", "exact 30", **day),
        c("army", "exact 12", victims="civilians", **day),
        c("army", "exact 25", victims="state_forces", **day),
    )
    assert toll(*claims) == (30, 30, 30, False)


@pytest.mark.parametrize(
    ("date_of_groups", "civilians", "expected"),
    [
        ("2024-01-09", 40, 50),  # newer and larger: the undivided figure is out of date
        ("2024-01-09", 15, 30),  # newer and smaller: only some of the dead are told apart
        ("2024-01-01", 40, 30),  # older
        ("2024", 40, 50),  # a year counts as its last day
        ("", 40, 30),  # nobody knows when
    ],
)
def test_a_newer_larger_sum_replaces_an_older_undivided_figure(date_of_groups, civilians, expected):
    claims = (
        c("army", "exact 30", reported_on="2024-01-02"),
        c("army", f"exact {civilians}", victims="civilians", reported_on=date_of_groups),
        c("army", "exact 10", victims="state_forces", reported_on="2024-01-02"),
    )
    assert toll(*claims) == (expected, expected, expected, False)


def test_the_later_of_two_undivided_figures_counts_by_the_last_day_it_can_mean():
    claims = (
        c("army", "exact 30", reported_on="2024-01"),
        c("army", "exact 10", includes_perpetrators="unknown", reported_on="2024-01-20"),
    )
    assert toll(*claims) == (30, 30, 30, False)


def test_a_group_in_words_leaves_the_sum_incomplete():
    claims = (
        c("army", "exact 30", victims="civilians"),
        c("army", "dozens", victims="state_forces"),
    )
    # Alone it is a part: at least 30. Beside a whole toll it sets no low.
    assert toll(*claims) == (30, 30, 30, True)
    assert toll(*claims, c("mayor", "exact 70")) == (70, 70, 70, False)
    assert toll(*claims, c("mayor", "exact 20")) == (20, 20, 30, True)


# ---- with and without the attackers --------------------------------------------------------------


def test_unknown_counts_on_both_bases():
    claim = c("BBC", "range 60 80 100", includes_perpetrators="unknown")
    assert toll(claim) == toll(claim, basis=INCL) == (60, 80, 100, False)


def test_a_figure_known_to_count_attackers_counts_on_one_basis():
    claim = c("army", "exact 50", includes_perpetrators="yes")
    assert toll(claim) is None
    assert toll(claim, basis=INCL) == (50, 50, 50, False)


def test_a_figure_known_to_leave_attackers_out_counts_on_the_other():
    claim = c("army", "exact 50")
    assert toll(claim) == (50, 50, 50, False)
    assert toll(claim, basis=INCL) is None


def test_with_attackers_is_without_and_the_attackers():
    claims = (
        c("army", "exact 5", victims="civilians"),
        c("army", "at_least 4", victims="state_forces"),
        c("army", "range 20 30", victims="perpetrators"),
    )
    # 5 + 4 + 20, 5 + 4 + 25, 5 + 4 + 30
    assert toll(*claims, basis=INCL) == (29, 34, 39, True)


def test_with_attackers_needs_numbers_for_both_sides():
    victims = c("army", "exact 5", victims="civilians")
    attackers = c("army", "exact 20", victims="perpetrators")
    assert toll(victims, basis=INCL) is None
    assert toll(attackers, basis=INCL) is None
    assert toll(victims, c("army", "dozens", victims="perpetrators"), basis=INCL) is None
    assert toll(c("army", "dozens", victims="civilians"), attackers, basis=INCL) is None
    # Two claimants who each count one side do not make one report.
    assert toll(victims, attackers | {"claimant": "JNIM"}, basis=INCL) is None
    assert toll(victims, attackers, basis=INCL) == (25, 25, 25, False)


def test_attackers_are_subtracted_where_both_are_numbers():
    claims = (
        c("army", "range 50 60", includes_perpetrators="yes"),
        c("army", "range 8 10 15", victims="perpetrators"),
    )
    # 50 - 15, 55 - 10, 60 - 8
    assert toll(*claims) == (35, 45, 52, False)


def test_attackers_are_not_subtracted_below_zero_or_without_a_number():
    total = c("army", "exact 50", includes_perpetrators="yes")
    assert toll(total, c("army", "exact 60", victims="perpetrators")) is None
    assert toll(total, c("army", "dozens", victims="perpetrators")) is None
    assert toll(total, c("army", "up_to 9", victims="perpetrators")) is None
    assert toll(total, c("JNIM", "exact 9", victims="perpetrators")) is None


def test_a_toll_with_attackers_does_not_replace_the_one_without():
    claims = (
        c("army", "exact 30", reported_on="2024-01-02"),
        c("army", "exact 50", includes_perpetrators="yes", reported_on="2024-01-05"),
    )
    assert toll(*claims) == (30, 30, 30, False)
    assert toll(*claims, basis=INCL) == (50, 50, 50, False)


def test_a_toll_without_attackers_raises_the_high_with_them():
    both = c("army", "exact 50", includes_perpetrators="yes")
    assert toll(both, c("mayor", "exact 80"), basis=INCL) == (50, 50, 80, True)
    assert toll(both, c("mayor", "exact 40"), basis=INCL) == (50, 50, 50, False)
    # The army itself has counted both sides: its own toll without attackers adds nothing.
    assert toll(both, c("army", "exact 80"), basis=INCL) == (50, 50, 50, False)


# ---- parts and wider counts ----------------------------------------------------------------------


def test_a_part_never_bounds_from_above_or_below():
    claims = (c("army", "exact 30"), c("mayor", "exact 4", scope="part"))
    assert toll(*claims) == (30, 30, 30, False)
    assert range_of(*claims)["n_reports"] == 1


def test_a_larger_part_raises_the_high_and_opens_it():
    claims = (c("army", "exact 30"), c("mayor", "exact 44", scope="part"))
    assert toll(*claims) == (30, 30, 44, True)
    assert range_of(*claims)["high_by"] == "mayor (2)"


def test_a_part_raises_by_what_it_is_sure_of():
    assert toll(c("army", "exact 30"), c("mayor", "range 35 90", scope="part"))[2:] == (35, True)
    assert toll(c("army", "exact 30"), c("mayor", "range 20 90", scope="part"))[2:] == (30, False)


def test_parts_alone_give_a_low_open_above():
    claims = (c("army", "exact 9", scope="part"), c("mayor", "exact 4", scope="part"))
    assert toll(*claims) == (9, 9, 9, True)
    assert range_of(*claims)["n_reports"] == 2


def test_parts_of_one_claimant_stand_side_by_side():
    claims = (
        c("army", "exact 9", scope="part", reported_on="2024-01-02"),
        c("army", "exact 4", scope="part", reported_on="2024-01-05"),
    )
    assert toll(*claims) == (9, 9, 9, True)


def test_up_to_never_bounds_from_below_in_a_part():
    part = c("army", "up_to 50", scope="part")
    assert toll(part) == (None, None, 50, True)
    assert toll(part, c("army", "exact 8", scope="part")) == (8, 8, 8, True)
    assert toll(part, c("mayor", "exact 8", scope="part")) == (8, 8, 50, True)


def test_a_wider_count_caps_only_where_nobody_gives_the_whole():
    wider = c("UN", "exact 60", scope="wider")
    assert toll(wider) == (None, None, 60, False)
    assert toll(wider, c("army", "exact 9", scope="part")) == (9, 9, 60, False)
    assert toll(wider, c("army", "exact 9")) == (9, 9, 9, False)
    assert toll(wider, c("army", "exact 90")) == (90, 90, 90, False)


def test_the_smallest_wider_count_caps():
    claims = (c("UN", "exact 60", scope="wider"), c("NGO", "exact 45", scope="wider"))
    assert toll(*claims)[2] == 45


def test_a_wider_count_left_open_caps_nothing():
    assert toll(c("UN", "at_least 60", scope="wider"))[2] is None
    part = c("army", "exact 9", scope="part")
    assert toll(part, c("UN", "at_least 60", scope="wider")) == (9, 9, 9, True)
    # ... and does not hide another count of the same claimant that does.
    claims = (c("UN", "at_least 60", scope="wider"), c("UN", "exact 70", scope="wider"))
    assert toll(part, *claims) == (9, 9, 70, False)


def test_a_wider_count_below_a_part_caps_nothing():
    claims = (c("army", "exact 9", scope="part"), c("UN", "exact 5", scope="wider"))
    assert toll(*claims) == (9, 9, 9, True)


def test_attackers_in_part_do_not_raise_a_toll_without_them():
    claims = (c("army", "exact 5"), c("army", "exact 30", victims="perpetrators", scope="part"))
    assert toll(*claims) == (5, 5, 5, False)


# ---- reports -------------------------------------------------------------------------------------


def test_a_report_names_the_claims_it_is_made_from():
    claims = frame(
        c("army", "exact 5", victims="civilians"),
        c("mayor", "exact 7"),
        c("army", "about 4", victims="state_forces"),
    )
    found = reports(claims).set_index("claimant")
    assert found["claim_nos"].to_dict() == {"army": "1+3", "mayor": "2"}
    assert found.loc["army", "qualifier"] == "about"


def test_an_unknown_basis_or_outcome_is_an_error():
    claims = frame(c("army", "exact 5"))
    with pytest.raises(ValueError, match="unknown basis 'both': excl_attackers or incl_attackers"):
        ranges(claims, basis="both")
    with pytest.raises(ValueError, match="unknown outcome 'dead': killed, wounded"):
        ranges(claims, "dead")


# ---- properties ----------------------------------------------------------------------------------

NUMBERS = st.integers(0, 60)
FIGURES = st.one_of(
    NUMBERS.map("exact {}".format),
    NUMBERS.map("at_least {}".format),
    NUMBERS.map("more_than {}".format),
    NUMBERS.map("about {}".format),
    NUMBERS.map("nearly {}".format),
    NUMBERS.map("up_to {}".format),
    st.just("dozens"),
    st.lists(NUMBERS, min_size=2, max_size=3).map(
        lambda numbers: "range " + " ".join(map(str, sorted(numbers)))
    ),
)
GROUPS = st.sampled_from(
    [("all", "no"), ("all", "unknown"), ("all", "yes"), ("unspecified", "unknown"),
     ("civilians", "no"), ("state_forces", "no"), ("militants", "no"), ("perpetrators", "yes")]
)  # fmt: skip


@st.composite
def claims_of(draw, claimant):
    victims, flag = draw(GROUPS)
    return c(
        draw(claimant),
        draw(FIGURES),
        victims=victims,
        includes_perpetrators=flag,
        scope=draw(st.sampled_from(["whole", "whole", "part", "wider"])),
        status=draw(st.sampled_from(["stated", "stated", "stated", "superseded", "rumour"])),
        reported_on=draw(st.sampled_from(["", "2024", "2024-01", "2024-01-05", "2024-02-01"])),
    )


MANY = st.lists(claims_of(st.sampled_from("abcd")), min_size=1, max_size=8)
WEIGHTS = {"a": 0.25, "b": 0.5}
quick = settings(max_examples=30, deadline=None, derandomize=True, database=None)


@quick
@given(MANY, st.sampled_from([EXCL, INCL]))
def test_low_best_and_high_are_always_in_order(claims, basis):
    low, best, high, _ = toll(*claims, basis=basis, weight=WEIGHTS) or (None, None, None, None)
    known = [figure for figure in (low, best, high) if figure is not None]
    assert known == sorted(known)
    assert all(figure >= 0 for figure in known)


@quick
@given(MANY, st.lists(claims_of(st.just("new")), min_size=1, max_size=3), st.integers(0, 60))
def test_a_further_report_never_narrows_the_range(claims, further, number):
    # Somebody gives the whole toll on both bases: without that, a wider count may still cap it.
    claims = [c("first", f"exact {number}", includes_perpetrators="unknown"), *claims]
    before, after = frame(*claims), frame(*claims, *further)
    for basis in (EXCL, INCL):
        was, now = (ranges(table, basis=basis).iloc[0] for table in (before, after))
        assert now["low"] <= was["low"]
        assert now["high"] >= was["high"]


@quick
@given(MANY, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(claims, random):
    table = frame(*claims, weight=WEIGHTS)
    order = list(range(len(table)))
    random.shuffle(order)
    for basis in (EXCL, INCL):
        pd.testing.assert_frame_equal(
            ranges(table, basis=basis), ranges(table.iloc[order], basis=basis)
        )


# ---- real incidents, worked by hand from claims.csv ----------------------------------------------


@pytest.fixture(scope="module")
def known():
    return load_claims()


@pytest.fixture
def real(known):
    """Return a function that gives an incident's range as the tests write it down."""

    def range_of_incident(incident, outcome="killed", basis=EXCL):
        found = ranges(known[known["incident_id"] == incident], outcome, basis)
        if found.empty:
            return None
        row = found[[name for name in RANGE_COLUMNS if not name.endswith("_by")]].iloc[0]
        return [None if pd.isna(cell) else cell for cell in row]

    return range_of_incident


def test_moura_2022(real):
    # Army: 203 militants, who are not the attacking side            203   203   203
    # Human Rights Watch: about 300 (its range of 2023 is superseded) 300   300   300
    # OHCHR: at least 500; the 30 militants are among them           500   500   500 open
    # local NGOs and UN sources: 200 to 400 civilians                200   300   400
    # French Wikipedia, weight 0.25: 500 to 600                      500   550   600
    # Weights 1 + 1 + 1 + 1 + 0.25 = 4.25; half is 2.125. In order of the best: 203 has 1, the two
    # 300 have 3: the median is 300. The high is Wikipedia's 600, which is closed.
    assert real("MLI-20220327-moura") == [200, 300, 600, False, 5, 5]


def test_moura_has_no_toll_with_the_attackers(real):
    # Every figure leaves them out, and nobody counts dead among the army and Wagner.
    assert real("MLI-20220327-moura", basis=INCL) is None
    assert real("MLI-20220327-moura", "wounded") is None


def test_tinzaouaten_2024(real):
    # CSP-DPA: 84 Wagner + 47 soldiers                               131   131   131
    # Army: at least 2 soldiers                                        2     2     2 open
    # JNIM: 50 Wagner + 10 soldiers                                   60    60    60
    # Russian sources: 25 to 82 Wagner, (25 + 82) // 2 = 53           25    53    82
    # New York Times: at least 46 Wagner + at least 24 soldiers       70    70    70 open
    # The commander's early 50 is superseded. Median of 2, 53, 60, 70, 131: 60.
    assert real("MLI-20240725-tinzaouaten") == [2, 60, 131, False, 5, 5]


def test_tinzaouaten_2024_with_the_attackers(real):
    # CSP-DPA: 131 + its own 9 dead (August, after the 7 of 29 July) 140   140   140
    # Army: at least 2 + more than 20 rebels                          22    22    22 open
    # New York Times: 70 + 18                                         88    88    88 open
    # JNIM and the Russian sources count one side only. Median of 22, 88, 140: 88.
    assert real("MLI-20240725-tinzaouaten", basis=INCL) == [22, 88, 140, False, 3, 3]


def test_tinzaouaten_2024_wounded(real):
    # Only about 30 dead or seriously wounded together, a wider count: a high and nothing else.
    assert real("MLI-20240725-tinzaouaten", "wounded") == [None, None, 30, False, 1, 1]


def test_bamako_2024(real):
    # BBC: 60, 80, 100                                                60    80   100
    # security source: 77                                             77    77    77
    # official document: about 100                                   100   100   100
    # security-sector sources: 50 to 80, middle 65                    50    65    80
    # Atlas News: at least 20 soldiers                                20    20    20 open
    # The New Humanitarian: up to 70                                   -    70    70
    # diplomatic and security sources: about 70                       70    70    70
    # security and civilian sources: more than 70                     70    70    70 open
    # Malian officer: about 60                                        60    60    60
    # Parts (50 trainees, 20 at the air base) lie below the high; "some losses" is no figure.
    # Median of 20, 60, 65, 70, 70, 70, 77, 80, 100, the fifth of nine: 70.
    assert real("MLI-20240917-bamako") == [20, 70, 100, False, 9, 9]


def test_bamako_2024_with_the_attackers(real):
    # Seven of them do not tell whether attackers are counted, so they count here as well; the
    # security-sector sources leave attackers out, Atlas News counts soldiers only, and JNIM gives
    # its own 10 dead but no number for the others.
    # Median of 60, 70, 70, 70, 77, 80, 100, the fourth of seven: 70. Low: the BBC's and the
    # officer's 60 (up to 70 sets none). No toll without attackers lies above 100.
    assert real("MLI-20240917-bamako", basis=INCL) == [60, 70, 100, False, 7, 7]


def test_bamako_2024_wounded(real):
    # BBC at least 200, security source 255, two with more than 200. Median of 200, 200, 200, 255.
    for basis in (EXCL, INCL):
        assert real("MLI-20240917-bamako", "wounded", basis) == [200, 200, 255, False, 4, 4]


def test_karma_2023(real):
    # residents nearly 80, survivors and residents more than 100, OHCHR at least 150, CISC at least
    # 136 (and 11 elsewhere, a part), military justice 136, Human Rights Watch at least 156,
    # Amnesty International at least 147; the prosecutor's first 60 is superseded.
    # Median of 80, 100, 136, 136, 147, 150, 156, the fourth of seven: 136. The high is open.
    assert real("BFA-20230420-karma") == [80, 136, 156, True, 7, 7]
    assert real("BFA-20230420-karma", basis=INCL) is None


def test_kati_2022(real):
    # The army alone: 1 soldier; 7 attackers (its first 2 are superseded); 6 wounded.
    assert real("MLI-20220722-kati") == [1, 1, 1, False, 1, 1]
    assert real("MLI-20220722-kati", basis=INCL) == [8, 8, 8, False, 1, 1]
    assert real("MLI-20220722-kati", "wounded") == [6, 6, 6, False, 1, 1]
    assert real("MLI-20220722-kati", "wounded", INCL) is None
