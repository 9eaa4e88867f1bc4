"""The explorer: every incident and claim of the tables, its plots, and what data may not do."""

import re
from html import unescape

import pandas as pd
import pytest
from made import HOSTILE

from sahelstats.paths import DATA
from sahelstats.report.explorer import Scale, disagreement, explorer_page, pages_of
from sahelstats.tables.loading import load_claims, load_incidents, load_table
from sahelstats.tables.schema import INCIDENTS


@pytest.fixture(scope="module")
def tables():
    notes = load_table(DATA / INCIDENTS.path, INCIDENTS).set_index("incident_id")
    return load_incidents(), load_claims(), notes


def rows_of(page):
    """Return what a reader sees of each incident, by its id."""
    found = re.findall(r'<tbody id="([^"]*)"(.*?)</tbody>', page, re.S)
    return {unescape(code): unescape(re.sub(r"<[^>]+>", " ", text)) for code, text in found}


def test_every_incident_and_every_claim_is_there(site, tables):
    table, claims, _ = tables
    page = (site.folder / "explorer.html").read_text(encoding="utf-8")
    rows = rows_of(page)
    assert set(rows) == set(table["incident_id"])
    assert page.count("Claimed by <em>") == len(claims)
    for code, own in claims.groupby("incident_id"):
        text = re.sub(r"\s+", " ", rows[code])
        assert f"{len(own)} claim" in text
        assert all(claimant in text for claimant in own["claimant"])
    linked = set(map(unescape, re.findall(r'<a href="(https?://[^"]+)"', page)))
    assert linked == {address for text in claims["url"].dropna() for address in text.split()}


def test_the_range_stands_beside_each_incident(site, tables):
    table, _, _ = tables
    rows = rows_of((site.folder / "explorer.html").read_text(encoding="utf-8"))
    for row in table.itertuples():
        if pd.isna(row.killed_high):
            assert "no figure" in rows[row.incident_id]
        elif row.killed_low is not pd.NA and row.killed_low < row.killed_high:
            assert f"{row.killed_low:,} to {row.killed_high:,}" in rows[row.incident_id]


def test_hostile_text_in_every_column_shows_as_text(tables):
    table, claims, notes = (frame.copy() for frame in tables)
    code = "MLI-20240917-bamako"
    table, claims = table[table["incident_id"] == code], claims[claims["incident_id"] == code]
    for frame, columns in (
        (table, ("place", "admin1", "actor")),
        (claims, ("claimant", "relay", "note")),
        (notes, ("note", "review_note")),
    ):
        for column in columns:
            frame[column] = frame[column].astype(object)
            frame.loc[:, column] = HOSTILE
    claims = claims.assign(url=f"javascript:alert(1)// https://x.org/{HOSTILE}")
    page = explorer_page(table, claims, notes)
    assert "<script>alert" not in page
    assert "<img" not in page
    assert not re.search(r'href="(?!https?:|#|index\.html|data:,)', page)
    text = rows_of(page)[code]
    assert text.count(HOSTILE) >= 3 + 2 + 2 * len(claims)


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("https://www.bbc.com/a", [("https://www.bbc.com/a", "bbc.com")]),
        ("http://a.org https://b.org/x", [("http://a.org", "a.org"), ("https://b.org/x", "b.org")]),
        ("ftp://a.org", [("", "ftp://a.org")]),
        ("JAVASCRIPT:alert(1)", [("", "JAVASCRIPT:alert(1)")]),
        ("data:text/html,x", [("", "data:text/html,x")]),
        ('https://a.org/"onclick=x', [("", 'https://a.org/"onclick=x')]),
        ("https://[a", [("", "https://[a")]),
        ("a", [("", "a")]),
        (pd.NA, []),
    ],
)
def test_only_addresses_of_the_web_are_linked(address, found):
    assert pages_of(address) == found


def test_disagreement_is_the_ratio_of_high_to_low_with_one_added():
    assert disagreement(9, 99) == 10
    assert disagreement(0, 0) == 1
    assert disagreement(0, 9) == 10
    assert disagreement(pd.NA, 9) == disagreement(9, pd.NA) == 1


# ---- plots -------------------------------------------------------------------------------------


def toll(low, best, high, open_above=False):
    return {"low": low, "best": best, "high": high, "open_above": open_above}


def test_the_scale_is_logarithmic_with_zero_at_the_left_edge():
    scale = Scale(1000)
    steps = [scale.at(10 * value) - scale.at(value) for value in (1, 3, 10, 77)]
    assert steps == pytest.approx([steps[0]] * 4)
    assert scale.at(0) < scale.at(1) < scale.at(2)
    assert scale.at(1000) == 190
    assert [label for _, label in scale.axis()] == ["0", "1", "10", "100", "1,000"]


@pytest.mark.parametrize("largest", [0, 1, 9, 10, 999, 1001, 50_000])
def test_every_toll_lies_inside_the_plot(largest):
    scale = Scale(largest)
    places = [scale.at(value) for value in range(0, largest + 1, max(1, largest // 50))]
    assert min(places) >= 0 and max(places) <= 200
    assert places == sorted(places)


def test_a_range_is_a_bar_with_a_dot_and_a_single_number_a_dot():
    scale = Scale(1000)
    plot = scale.plot(toll(10, 20, 100))
    bar = re.search(r'class="bar" d="M([\d.]+) 11.0H([\d.]+)"', plot)
    assert [float(x) for x in bar.groups()] == [round(scale.at(10), 1), round(scale.at(100), 1)]
    assert float(re.search(r'cx="([\d.]+)"', plot)[1]) == round(scale.at(20), 1)
    assert "open" not in plot
    assert 'aria-label="Killed: 10 to 100, best 20"' in plot
    assert "bar" not in scale.plot(toll(7, 7, 7))


def test_an_open_end_has_an_arrow_that_says_so():
    plot = Scale(1000).plot(toll(10, 20, 1000, open_above=True))
    assert 'class="open"' in plot
    assert "or more" in plot
    assert max(float(x) for x in re.findall(r"H([\d.]+)", plot)) <= 200


@pytest.mark.parametrize("missing", [pd.NA, None, float("nan")])
def test_missing_ends_are_not_drawn(missing):
    assert Scale(10).plot(toll(missing, missing, missing, missing)) == ""
    only_high = Scale(10).plot(toll(missing, missing, 5, missing))
    assert "circle" not in only_high and "bar" not in only_high
