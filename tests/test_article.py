"""The article's assertions against the table, and against event data that cover them or not."""

import pandas as pd
import pytest

from sahelstats import load_claims, load_incidents
from sahelstats.article import check_article, events_and_places, figures_and_actors, load_assertions
from sahelstats.article.verdicts import CHECKS, VERDICTS, ask_events, grade

#: Their import registers the checks.
assert events_and_places, figures_and_actors


def incident(day, country, latitude, longitude, **rest):
    """Return a row of event data, of which the checks ask no more than this."""
    return {
        "incident_id": f"UCDP-{day}-{latitude}", "date_start": pd.Timestamp(day),
        "year": int(day[:4]), "country": country, "admin1": None, "latitude": latitude,
        "longitude": longitude, "geo_precision": 1, "actor_family": "jnim",
        "killed_incl_best": 5, **rest,
    }  # fmt: skip


def events(*rows):
    return pd.DataFrame(rows).convert_dtypes()


@pytest.fixture(scope="module")
def checked():
    return check_article(load_incidents(), load_claims())


def test_every_assertion_has_a_check_and_a_verdict(checked):
    assert checked["assertion_id"].tolist() == load_assertions()["assertion_id"].tolist()
    assert set(checked["verdict"]) <= set(VERDICTS)
    assert checked["found"].str.len().min() > 5
    assert checked["events_verdict"].isna().all()


def test_event_data_are_asked_where_the_assertion_is_about_events(checked):
    table = load_incidents()
    both = check_article(table, load_claims(), table)
    asked = both["events_verdict"].notna()
    on_events = sorted(key for key, how in CHECKS.items() if how.on_events)
    assert both.loc[asked, "assertion_id"].tolist() == on_events
    assert (both["verdict"] == checked["verdict"]).all()


def test_a_country_that_the_data_leave_out_is_no_evidence():
    mali = events(*(incident(f"{year}-05-01", "MLI", 14.0, -4.0) for year in range(2012, 2024)))
    for key, country in (("A17", "Burkina Faso"), ("A18", "Niger"), ("A20", "Côte d'Ivoire")):
        finding = ask_events(CHECKS[key], mali)
        assert finding.verdict == "not testable here"
        assert country in finding.found
    assert ask_events(CHECKS["A19"], mali).found == "The data hold no event in Benin or Togo."
    assert ask_events(CHECKS["A23"], mali).verdict == "supported"


def test_data_that_end_too_early_are_no_evidence():
    coast = events(incident("2020-06-11", "CIV", 9.6, -3.5))
    finding = ask_events(CHECKS["A20"], coast)
    assert (finding.verdict, finding.found) == ("not testable here", "The data end in 2020.")


def test_nothing_before_and_nothing_after_is_not_being_pushed_back():
    later = incident("2023-01-01", "CIV", 5.3, -4.0)
    south = events(incident("2020-06-11", "CIV", 5.3, -4.0), later)
    assert ask_events(CHECKS["A20"], south).verdict == "not testable here"
    north = events(incident("2020-06-11", "CIV", 9.6, -3.5), later)
    assert ask_events(CHECKS["A20"], north).verdict == "supported"


def test_attacks_near_bamako_are_counted_by_day_and_distance():
    before = [incident(day, "MLI", 12.9, -8.0) for day in ("2022-07-02", "2022-07-15")]
    other = [incident("2022-07-15", "MLI", 16.3, -0.05), incident("2022-07-22", "MLI", 12.7, -8.1)]
    assert ask_events(CHECKS["A12"], events(*before, *other)).numbers == {"incidents": 2}
    assert ask_events(CHECKS["A12"], events(before[0], *other)).verdict == "partly"
    assert ask_events(CHECKS["A12"], events(*other)).verdict == "contradicted"


def test_the_share_in_north_and_centre_is_by_division():
    names = ("Gao", "Kidal", "Ségou", "Mopti", "Sikasso")
    rows = [incident("2015-01-01", "MLI", 16.0, 0.0, admin1=f"{name} region") for name in names]
    table = events(*rows, incident("2021-02-01", "MLI", 16.0, 0.0, admin1="Gao region"))
    assert ask_events(CHECKS["A11"], table).numbers == {"share": round(5 / 6, 4), "incidents": 6}


def test_deaths_of_the_region_are_compared_with_2022():
    def rows(year, killed):
        return [
            incident(f"{year}-01-0{n}", country, 13.0, 0.0, killed_incl_best=killed)
            for n, country in enumerate(("MLI", "BFA", "NER"), 1)
        ]

    def verdict(*parts):
        return ask_events(CHECKS["A21"], events(*(row for part in parts for row in part))).verdict

    assert verdict(rows(2022, 10), rows(2023, 20)) == "supported"
    assert verdict(rows(2022, 10), rows(2023, 9)) == "contradicted"
    assert verdict(rows(2021, 90), rows(2022, 10), rows(2023, 20)) == "partly"
    only_2022 = ask_events(CHECKS["A21"], events(*rows(2022, 10)))
    assert only_2022.found == "The data end in 2022."


def test_grades():
    assert [grade(True, False), grade(False, True), grade(False, False)] == list(VERDICTS[:3])


def test_a_part_of_a_record_contradicts_nothing():
    table = load_incidents()
    part = table[table["country"] == "MLI"].iloc[::5]
    found = ask_events(CHECKS["A11"], part, table)
    assert found.verdict == "not testable here"
    assert found.found.startswith("The data are a part of a record: events ")
    assert ask_events(CHECKS["A11"], table, table).verdict != "not testable here"
