"""What becomes of each producer's columns, row by row."""

import numpy as np
import pandas as pd
import pytest
from producers import ACLED_NEW, GED, GTD, acled, ged, gtd, text, write

from sahelstats.datasets import mapping, mapping_markdown, read_acled, read_gtd, read_ucdp_ged
from sahelstats.datasets.actors import RULES, identify
from sahelstats.datasets.importing import refuse_broken
from sahelstats.tables import load_incidents, load_table
from sahelstats.tables import vocabulary as v
from sahelstats.tables.schema import ACTORS, TIDY

KILLED = ["killed_low", "killed_best", "killed_high"]
KILLED_ALL = ["killed_incl_low", "killed_incl_best", "killed_incl_high"]
READERS = {"ged": (read_ucdp_ged, GED, ged), "acled": (read_acled, ACLED_NEW, acled),
           "gtd": (read_gtd, GTD, gtd)}  # fmt: skip


@pytest.fixture
def row(tmp_path):
    """Returns the tidy row that one changed row of a producer becomes."""

    def read_row(producer, **changes):
        read, names, make = READERS[producer]
        table = read(write(tmp_path / "one.csv", text(names, [make(1, **changes)])))
        refuse_broken(table, "one.csv")
        return table.iloc[0]

    return read_row


def figures(row, names):
    return [None if pd.isna(row[name]) else int(row[name]) for name in names]


@pytest.mark.parametrize("producer", READERS)
def test_columns_types_and_constants(producer, row, tmp_path):
    read, names, make = READERS[producer]
    table = read(write(tmp_path / "a.csv", text(names, [make(1)])))
    assert list(table.columns) == TIDY.column_names
    assert table["review"].iat[0] == "unreviewed"
    assert table["incident_id"].iat[0].startswith(producer.upper().replace("GED", "UCDP"))
    assert table["n_claimants"].iat[0] == 1


@pytest.mark.parametrize("code", mapping.WHERE_PREC)
def test_where_prec(code, row):
    assert row("ged", where_prec=code)["geo_precision"] == mapping.WHERE_PREC[code]


@pytest.mark.parametrize("code", mapping.DATE_PREC)
def test_date_prec(code, row):
    assert row("ged", date_prec=code)["date_precision"] == mapping.DATE_PREC[code]


def test_state_based_event_counts_all_dead_and_leaves_open_who_attacked(row):
    found = row("ged")
    assert figures(found, KILLED_ALL) == [4, 5, 9]
    assert figures(found, KILLED) == [None, None, None]
    assert (found["actor"], found["actor_family"], found["attribution"]) == ("JNIM", "jnim", "side")
    assert (found["type_of_violence"], found["target_type"]) == ("state-based", "unknown")
    assert not found["killed_incl_open_above"]
    assert pd.isna(found["killed_open_above"])
    assert (found["killed_incl_n_reports"], found["killed_n_reports"]) == (1, 0)


def test_one_sided_event_has_no_attackers_in_it(row):
    changes = {"type_of_violence": 3, "side_a": "JNIM", "side_b": "Civilians", "deaths_a": 0,
               "deaths_b": 0, "deaths_civilians": 5}  # fmt: skip
    found = row("ged", **changes)
    assert figures(found, KILLED) == figures(found, KILLED_ALL) == [4, 5, 9]
    assert (found["target_type"], found["attribution"]) == ("civilians", "coded")


def test_event_in_which_only_civilians_died_has_no_attackers_in_it(row):
    found = row("ged", deaths_a=0, deaths_b=0, deaths_civilians=5)
    assert figures(found, KILLED) == [4, 5, 9]
    assert figures(row("ged", deaths_a=0, deaths_b=0, deaths_unknown=5), KILLED) == [None] * 3


@pytest.mark.parametrize(
    ("changes", "actor"),
    [
        ({}, ("JNIM", "jnim")),
        ({"side_a": "Government of Mali", "side_b": "Government of Niger"},
         ("Government of Mali", "state")),
        ({"type_of_violence": 2, "side_a": "JNIM", "side_b": "IS"}, ("JNIM", "jnim")),
        ({"type_of_violence": 2, "side_a": "IS", "side_b": "JNIM"},
         ("Islamic State Sahel Province", "is_sahel")),
        ({"type_of_violence": 3, "side_a": "Government of Niger", "side_b": "Civilians"},
         ("Government of Niger", "foreign_state")),
        ({"side_b": "Taleban"}, ("Taleban", "other")),
    ],
)  # fmt: skip
def test_sides_to_actor_and_family(changes, actor, row):
    found = row("ged", **changes)
    assert (found["actor"], found["actor_family"]) == actor


def test_islamic_state_is_told_apart_by_place(row):
    niger = {"country_id": 436, "country": "Niger", "side_b": "IS", "latitude": 13.3}
    assert row("ged", **niger, longitude=12.6)["actor_family"] == "boko_haram"
    assert row("ged", **niger, longitude=1.5)["actor_family"] == "is_sahel"


@pytest.mark.parametrize(
    ("changes", "quirk"),
    [
        ({"low": 6}, "low_above_best"),
        ({"high": 4}, "high_below_best"),
        ({"low": 5, "high": 4}, "high_below_best; low_above_high"),
        ({"low": 9, "high": 8}, "low_above_best; low_above_high"),
        ({"latitude": 0, "longitude": 0}, "coordinates_zero"),
        ({"latitude": 40.0}, "outside_country"),
        ({"where_coordinates": ""}, "place_not_named"),
        ({"date_end": ""}, "end_from_start"),
        ({"event_clarity": 2}, "summary_event"),
        ({"code_status": "Check dyad"}, "not_cleared"),
    ],
)
def test_quirks_of_ged_are_flagged_and_figures_kept(changes, quirk, row):
    found = row("ged", **changes)
    assert found["quirk"] == quirk
    kept = [int(changes.get(part, ged()[part])) for part in ("low", "best", "high")]
    assert figures(found, KILLED_ALL) == kept


def test_place_falls_back_to_division_and_country(row):
    assert row("ged", where_coordinates=" ")["place"] == "Ségou region"
    assert row("ged", where_coordinates="", adm_1="")["place"] == "Mali"


def test_country_by_number_or_name(row):
    assert row("ged", country_id=678, country="Yemen (North Yemen)")["country"] == "YEM"
    assert row("ged", country_id="", country="Ivory Coast")["country"] == "CIV"


def test_acled_has_one_figure_and_no_bounds(row):
    found = row("acled")
    assert figures(found, KILLED_ALL) == [None, 7, None]
    assert figures(found, KILLED) == [None, None, None]
    assert pd.isna(found["killed_incl_open_above"])
    assert (found["actor"], found["attribution"]) == ("JNIM", "side")
    assert (found["attack_type"], found["type_of_violence"]) == ("battle", "state-based")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"event_type": "Violence against civilians", "sub_event_type": "Attack",
          "actor1": "Islamic State Sahel Province (ISSP)", "inter1": "Rebel Group",
          "actor2": "Civilians (Burkina Faso)", "inter2": "Civilians"},
         ("one-sided", "civilians", "unknown", "is_sahel", "coded", "")),
        ({"event_type": "Explosions/Remote violence", "sub_event_type": "Air/drone strike",
          "actor2": "JNIM", "inter2": "Rebel Group"},
         ("state-based", "militants", "airstrike", "state", "coded", "")),
        ({"event_type": "Explosions/Remote violence",
          "sub_event_type": "Remote explosive/landmine/IED", "actor1": "JNIM",
          "inter1": "Rebel Group", "actor2": "Police Forces of Burkina Faso (2022-)",
          "inter2": "State Forces"},
         ("state-based", "gendarmerie_police", "landmine", "jnim", "coded", "")),
        ({"event_type": "Explosions/Remote violence",
          "sub_event_type": "Remote explosive/landmine/IED", "actor1": "Unidentified Armed Group",
          "inter1": "Political Militia", "actor2": "", "inter2": ""},
         ("one-sided", "unknown", "landmine", "unidentified", "unknown", "type_assumed")),
        ({"actor1": "JNIM", "inter1": "2", "actor2": "VDP: Volunteers", "inter2": "4"},
         ("non-state", "unknown", "battle", "jnim", "side", "")),
        ({"actor2": "MINUSMA: United Nations Mission", "inter2": "External/Other forces",
          "actor1": "JNIM", "inter1": "Rebel Group", "event_type": "Explosions/Remote violence",
          "sub_event_type": "Suicide bomb"},
         ("state-based", "peacekeepers", "suicide_attack", "jnim", "coded", "")),
    ],
)  # fmt: skip
def test_acled_events(changes, expected, row):
    found = row("acled", **changes)
    names = ["type_of_violence", "target_type", "attack_type", "actor_family", "attribution"]
    quirk = "" if pd.isna(found["quirk"]) else found["quirk"]
    assert (*(found[name] for name in names), quirk) == expected


def test_acled_deaths_of_civilians_are_no_attackers(row):
    found = row("acled", event_type="Violence against civilians", inter2="Civilians")
    assert figures(found, KILLED) == [None, 7, None]
    assert found["killed_n_reports"] == 1


@pytest.mark.parametrize(("code", "precision"), [(1, "day"), (2, "week"), (3, "month")])
def test_acled_time_precision(code, precision, row):
    assert row("acled", time_precision=code)["date_precision"] == precision


def test_gtd_subtracts_the_attackers(row):
    found = row("gtd")
    assert figures(found, KILLED_ALL) == [None, 10, None]
    assert figures(found, KILLED) == [None, 6, None]
    assert (found["wounded_incl_best"], found["wounded_best"]) == (5, 4)
    assert (found["n_claims"], found["attribution"]) == (2, "claimed")
    assert (found["actor"], found["type_of_violence"]) == (
        "Islamic State Sahel Province", "state-based",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "with_attackers", "without", "quirk"),
    [
        ({"nkillter": ""}, 10, None, None),
        ({"nkillter": "-99"}, 10, None, None),
        ({"nkill": ""}, None, None, None),
        ({"nkill": 3}, 3, None, "attackers_exceed_dead"),
        ({"nkill": 10.5}, 11, 7, "figure_rounded"),
        ({"doubtterr": 1}, 10, 6, "doubtful_type"),
        ({"targtype1_txt": "Unknown"}, 10, 6, "type_assumed"),
    ],
)
def test_gtd_figures(changes, with_attackers, without, quirk, row):
    found = row("gtd", **changes)
    assert figures(found, ["killed_incl_best", "killed_best"]) == [with_attackers, without]
    assert found["quirk"] == quirk or (quirk is None and pd.isna(found["quirk"]))


@pytest.mark.parametrize(
    ("changes", "first", "last", "precision"),
    [
        ({}, "2019-12-10", "2019-12-10", "day"),
        ({"approxdate": "December 9-11, 2019"}, "2019-12-10", "2019-12-10", "week"),
        ({"iday": 0}, "2019-12-01", "2019-12-31", "month"),
        ({"iday": 0, "imonth": 2, "iyear": 2020}, "2020-02-01", "2020-02-29", "month"),
        ({"iday": 0, "imonth": 0}, "2019-01-01", "2019-12-31", "year"),
    ],
)
def test_gtd_dates(changes, first, last, precision, row):
    found = row("gtd", **changes)
    days = (f"{found['date_start']:%F}", f"{found['date_end']:%F}", found["date_precision"])
    assert days == (first, last, precision)


@pytest.mark.parametrize(
    ("changes", "target", "violence"),
    [
        ({"targtype1_txt": "Police"}, "gendarmerie_police", "state-based"),
        ({"targtype1_txt": "Private Citizens & Property"}, "civilians", "one-sided"),
        ({"targtype1_txt": "Terrorists/Non-State Militia"}, "militants", "non-state"),
        ({"targsubtype1_txt": "International Peacekeeper"}, "peacekeepers", "state-based"),
        ({"targtype1_txt": "Business", "targsubtype1_txt": "Hotel/Resort"}, "hotel_tourism",
         "one-sided"),
    ],
)  # fmt: skip
def test_gtd_targets(changes, target, violence, row):
    found = row("gtd", **changes)
    assert (found["target_type"], found["type_of_violence"]) == (target, violence)


def test_gtd_suicide_attack_and_unnamed_group(row):
    found = row("gtd", suicide=1, gname="Unknown", city="Unknown", claimed="", guncertain1=1)
    assert (found["attack_type"], found["place"]) == ("suicide_attack", "Tillaberi")
    assert (found["actor"], found["attribution"]) == ("unidentified armed men", "unknown")


def test_every_code_maps_to_a_value_of_the_vocabulary():
    assert set(mapping.DATE_PREC.values()) <= set(v.DATE_PRECISION)
    assert set(mapping.TYPE_OF_VIOLENCE.values()) == set(v.TYPE_OF_VIOLENCE)
    attacks = {*mapping.ACLED_ATTACK.values(), *mapping.GTD_ATTACK.values()}
    assert attacks <= set(v.ATTACK_TYPE)
    targets = {*mapping.GTD_TARGET.values(), *mapping.GTD_SUBTARGET.values()}
    assert targets | set(mapping.STATE_TARGETS) <= set(v.TARGET_TYPE)
    for codes in (mapping.WHERE_PREC, mapping.ACLED_GEO, mapping.SPECIFICITY):
        assert set(codes.values()) <= set(range(1, 6))


def test_actors_that_are_renamed_are_the_projects_own():
    from sahelstats.paths import DATA

    own = load_table(DATA / ACTORS.path, ACTORS).set_index("actor")["family"]
    for rule in RULES:
        assert rule.family in v.ACTOR_FAMILY
        assert not rule.actor or own[rule.actor] == rule.family, rule


@pytest.mark.parametrize(
    ("name", "country", "family"),
    [
        ("AQIM, JAS, MUJAO", "MLI", "jnim"),
        ("al-Murabitun", "MLI", "jnim"),
        ("Ansaroul Islam", "BFA", "jnim"),
        ("Ansar al-Islam", "IRQ", "other"),
        ("Jama'atu Ahlis Sunna Lidda'awati wal-Jihad", "NGA", "boko_haram"),
        ("Islamic State West Africa Province (ISWAP) - Greater Sahara Faction", "MLI", "is_sahel"),
        ("Islamic State West Africa Province (ISWAP)", "NGA", "boko_haram"),
        ("CMA", "MLI", "separatist"),
        ("MAA", "MLI", "separatist"),
        ("GATIA, MSA", "MLI", "self_defence"),
        ("Dozos (Mali)", "MLI", "self_defence"),
        ("Fulani", "MLI", "self_defence"),
        ("Dogon Communal Militia (Mali)", "MLI", "self_defence"),
        ("Government of DR Congo (Zaire)", "COD", "state"),
        ("Police Forces of Burkina Faso (2022-)", "BFA", "state"),
        ("Wagner Group", "MLI", "foreign_state"),
        ("", "MLI", "unidentified"),
        ("Arabs", "SDN", "other"),
    ],
)
def test_families(name, country, family):
    assert identify(name, country)[1] == family


def test_mapping_table_names_every_column_of_the_tidy_table():
    described = mapping_markdown()
    for column in TIDY.column_names:
        stem = column.replace("killed_", "").replace("wounded_", "").replace("incl_", "")
        assert (
            column in described
            or f"*_{stem}" in described
            or stem in ("low", "best", "high", "year")
        ), column
    assert "1 → 1; 2 → 2; 3 → 3; 4 → 4; 5, 6, 7 → 5" in described
    assert all(line.count(" | ") == 3 for line in described.splitlines()[2:])


def test_coordinates_are_read_exactly(tmp_path):
    numbers = np.random.default_rng(5).uniform(-60, 60, (200, 2)).round(6)
    rows = [ged(n, latitude=f"{a:.6f}", longitude=f"{b:.6f}") for n, (a, b) in enumerate(numbers)]
    table = read_ucdp_ged(write(tmp_path / "a.csv", text(GED, rows)))
    assert (table[["latitude", "longitude"]].to_numpy() == numbers).all()


def test_a_side_that_ucdp_has_not_identified_yet_is_unidentified(ged_file):
    table = read_ucdp_ged(ged_file(ged(1, side_b="XXX432")))
    assert table[["actor", "actor_family"]].to_numpy().tolist() == [
        ["unidentified armed men", "unidentified"]
    ]


def test_text_columns_can_be_searched_whatever_keeps_them(ged_file):
    # With pyarrow installed pandas keeps text in it, and mixing its two kinds of array fails.
    table = read_ucdp_ged(ged_file(ged(1)))
    assert table["incident_id"].str.replace("UCDP", "own").tolist() == ["own-1"]
    assert table["country"].isin(["MLI"]).tolist() == [True]
    assert type(table["place"].array) is type(load_incidents()["place"].array)
