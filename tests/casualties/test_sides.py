"""Whose dead a report is about, worked by hand; what enters the comparison; the factors."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from sahelstats.casualties import log_ratios
from sahelstats.casualties.misreporting import (
    BELLIGERENTS,
    EVERYBODY,
    THIRD_PARTIES,
    bias_table,
    compared,
    lower_and_higher,
    relabelled,
    summary_of,
)
from sahelstats.casualties.sides import load_sides, side_reports
from sahelstats.tables import load_claims

INCIDENTS = pd.DataFrame(
    [
        ("battle", "CSP-DPA; JNIM", "MLI", "military"),
        ("strike", "Malian Armed Forces", "MLI", "militants"),
        ("clash", "Malian Armed Forces; FLA", "MLI", "mixed"),
        ("massacre", "Koglweogo", "BFA", "civilians"),
        ("french", "French Armed Forces", "MLI", "militants"),
        ("rivals", "Islamic State Sahel Province", "MLI", "militants"),
        ("raid", "unidentified armed men", "NER", "military"),
    ],
    columns=["incident_id", "actors", "country", "target_type"],
)
ACTORS = pd.DataFrame(
    [
        ("CSP-DPA", "separatist", "MLI"),
        ("FLA", "separatist", "MLI"),
        ("JNIM", "jnim", None),
        ("Islamic State Sahel Province", "is_sahel", None),
        ("Malian Armed Forces", "state", "MLI"),
        ("French Armed Forces", "foreign_state", "FRA"),
        ("Koglweogo", "self_defence", "BFA"),
        ("GATIA", "self_defence", "MLI"),
        ("unidentified armed men", "unidentified", None),
    ],
    columns=["actor", "family", "country"],
)
SOURCES = pd.DataFrame(
    [
        ("army", "military", "State of Mali", "MLI"),
        ("ministry", "government", "State of Mali", "MLI"),
        ("Niger army", "military", "State of Niger", "NER"),
        ("Burkina government", "government", "State of Burkina Faso", "BFA"),
        ("France", "military", "State of France", "FRA"),
        ("Washington", "government", "State of the United States", "USA"),
        ("CSP-DPA", "armed_group", "Azawad movements", "MLI"),
        ("Tuareg commander", "armed_group", "Azawad movements", "MLI"),
        ("FLA", "armed_group", "Azawad movements", "MLI"),
        ("JNIM", "armed_group", "JNIM", None),
        ("GATIA", "armed_group", "Plateforme", "MLI"),
        ("channels", "armed_group", "channels", None),
        ("New York Times", "media", "New York Times", "USA"),
        ("UN", "un", "UN", None),
        ("officer", "security_source", "officer", None),
    ],
    columns=["source", "type", "party", "country"],
)


def claims_of(rows: list[tuple[Any, ...]], **changes: Any) -> pd.DataFrame:
    """Return claims on the killed: (incident, claimant, victims, figure[, qualifier])."""
    kinds = SOURCES.set_index("source")
    made = []
    for number, (incident, claimant, victims, figure, *rest) in enumerate(rows, start=1):
        qualifier = rest[0] if rest else "exact"
        bound = figure if qualifier in ("exact", "at_least", "more_than") else None
        made.append(
            {
                "incident_id": incident,
                "claim_no": number,
                "claimant": claimant,
                "party": kinds.at[claimant, "party"],
                "source_type": kinds.at[claimant, "type"],
                "weight": 1.0,
                "reported_on": pd.Timestamp("2024-07-28") + pd.Timedelta(days=number),
                "reported_until": pd.Timestamp("2024-07-28") + pd.Timedelta(days=number),
                "outcome": "killed",
                "victims": victims,
                "includes_perpetrators": "yes" if victims == "perpetrators" else "no",
                "qualifier": qualifier,
                "low": bound,
                "best": None if qualifier in ("dozens", "up_to") else figure,
                "high": figure if qualifier in ("exact", "up_to") else None,
                "scope": "whole",
                "status": "stated",
            }
        )
    frame = pd.DataFrame(made).assign(**changes)
    return frame.astype({"outcome": "category", "low": "Int64", "best": "Int64", "high": "Int64"})


def reports_of(*rows: tuple[Any, ...], **changes: Any) -> pd.DataFrame:
    return side_reports(claims_of(list(rows), **changes), INCIDENTS, ACTORS, SOURCES)


#: Tinzaouaten, July 2024: the separatists attacked, JNIM joined in.
TINZAOUATEN = (
    ("battle", "army", "state_forces", 2, "at_least"),
    ("battle", "army", "perpetrators", 20, "more_than"),
    ("battle", "CSP-DPA", "state_forces", 47),
    ("battle", "CSP-DPA", "foreign_forces", 84),
    ("battle", "CSP-DPA", "perpetrators", 9),
    ("battle", "JNIM", "state_forces", 10),
    ("battle", "JNIM", "foreign_forces", 50),
    ("battle", "New York Times", "state_forces", 24, "at_least"),
    ("battle", "New York Times", "perpetrators", 18),
)


def test_tinzaouaten() -> None:
    found = reports_of(*TINZAOUATEN)
    side = found.set_index(["claimant", "victims"])["victims_side"].to_dict()
    assert side == {
        ("army", "state_forces"): "own_dead",
        ("army", "perpetrators"): "enemy_dead",
        ("CSP-DPA", "state_forces"): "enemy_dead",
        ("CSP-DPA", "foreign_forces"): "enemy_dead",
        ("CSP-DPA", "perpetrators"): "own_dead",
        ("JNIM", "state_forces"): "enemy_dead",
        ("JNIM", "foreign_forces"): "enemy_dead",
        ("New York Times", "state_forces"): "other",
        ("New York Times", "perpetrators"): "other",
    }
    ratios = log_ratios(found).set_index(["claimant", "victims"])["log_ratio"]
    factor = {key: float(np.exp(ratio)) for key, ratio in ratios.items()}
    # The others say 10, 24 and 47 soldiers: the army's 2 is a twelfth of their median.
    assert factor["army", "state_forces"] == pytest.approx(2 / 24)
    assert factor["CSP-DPA", "state_forces"] == pytest.approx(47 / 10)
    assert factor["CSP-DPA", "foreign_forces"] == pytest.approx(84 / 50)
    # Ties go to the lower: of 9 and 18 the median is 9.
    assert factor["army", "perpetrators"] == pytest.approx(20 / 9)
    assert factor["CSP-DPA", "perpetrators"] == pytest.approx(9 / 18)
    assert lower_and_higher(found, "own_dead") == {"below": 2, "equal": 0, "above": 0}


@pytest.mark.parametrize(
    ("incident", "claimant", "victims", "side"),
    [
        # The army attacks: its own dead are the perpetrators, the militants the enemy's.
        ("strike", "army", "perpetrators", "own_dead"),
        ("strike", "army", "militants", "enemy_dead"),
        ("strike", "army", "civilians", "other"),
        ("strike", "CSP-DPA", "militants", "own_dead"),
        ("strike", "CSP-DPA", "perpetrators", "enemy_dead"),
        ("strike", "UN", "militants", "other"),
        # Both sides are listed as attackers: who "perpetrators" are cannot be told.
        ("clash", "army", "perpetrators", "other"),
        ("clash", "FLA", "militants", "other"),
        ("clash", "FLA", "state_forces", "enemy_dead"),
        ("clash", "army", "state_forces", "own_dead"),
        # Vigilantes are not the state's enemy.
        ("massacre", "Burkina government", "perpetrators", "other"),
        # Another state's forces fight too, a distant government does not.
        ("french", "France", "militants", "enemy_dead"),
        ("french", "France", "perpetrators", "own_dead"),
        ("french", "army", "perpetrators", "other"),
        ("french", "Washington", "militants", "other"),
        ("battle", "France", "foreign_forces", "own_dead"),
        ("battle", "Niger army", "state_forces", "other"),
        # Two armed groups at war with each other.
        ("rivals", "JNIM", "militants", "own_dead"),
        ("rivals", "JNIM", "perpetrators", "enemy_dead"),
        ("rivals", "army", "perpetrators", "enemy_dead"),
        ("rivals", "GATIA", "allied_militia", "own_dead"),
        ("rivals", "GATIA", "perpetrators", "enemy_dead"),
        # Nobody knows who attacked; for the army they are the enemy all the same.
        ("raid", "Niger army", "perpetrators", "enemy_dead"),
        ("raid", "Niger army", "state_forces", "own_dead"),
        ("raid", "JNIM", "state_forces", "other"),
        # Neither an undivided toll nor an unnamed officer takes a side.
        ("battle", "army", "all", "other"),
        ("battle", "officer", "state_forces", "other"),
        ("battle", "channels", "state_forces", "other"),
    ],
)
def test_side(incident: str, claimant: str, victims: str, side: str) -> None:
    found = reports_of((incident, claimant, victims, 5))
    assert found["victims_side"].tolist() == [side]


def test_a_party_speaks_once() -> None:
    found = reports_of(
        ("battle", "CSP-DPA", "state_forces", 40),
        ("battle", "Tuareg commander", "state_forces", 50),
        ("battle", "ministry", "state_forces", 3),
        ("battle", "army", "state_forces", 2),
    )
    # The latest word of each party, and nothing that compares a ministry with its army.
    assert found[["claimant", "best"]].to_numpy().tolist() == [
        ["Tuareg commander", 50],
        ["army", 2],
    ]


@pytest.mark.parametrize(
    "change",
    [
        {"status": "rumour"},
        {"status": "derived"},
        {"status": "superseded"},
        {"scope": "part"},
        {"scope": "wider"},
        {"outcome": "wounded"},
    ],
)
def test_what_stays_out(change: dict[str, str]) -> None:
    assert reports_of(("battle", "army", "state_forces", 2), **change).empty


def test_words_give_no_figure_and_undivided_tolls_are_one_group() -> None:
    found = reports_of(
        ("battle", "army", "state_forces", 0, "dozens"),
        ("battle", "army", "state_forces", 9, "up_to"),
        ("battle", "UN", "unspecified", 30),
        ("battle", "New York Times", "all", 40),
    )
    assert found["victims"].tolist() == ["all", "all"]
    attackers_too = reports_of(("battle", "UN", "all", 30), includes_perpetrators="yes")
    assert attackers_too["victims"].tolist() == ["all with attackers"]


def test_only_reports_with_another_are_compared() -> None:
    found = reports_of(*TINZAOUATEN, ("raid", "Niger army", "state_forces", 4))
    assert set(compared(found)["incident_id"]) == {"battle"}
    assert len(compared(found)) == 9


def test_bias_table_with_and_without_the_opponent() -> None:
    rows: list[tuple[Any, ...]] = []
    incidents = []
    for number in range(8):
        name = f"b{number}"
        incidents.append((name, "JNIM", "MLI", "military"))
        rows += [
            (name, "army", "state_forces", 10),
            (name, "JNIM", "state_forces", 80),
            (name, "UN", "state_forces", 20),
        ]
    frame = pd.DataFrame(incidents, columns=INCIDENTS.columns)
    reports = side_reports(claims_of(rows), frame, ACTORS, SOURCES)
    made = bias_table(reports, 0.95, np.random.default_rng(1), size=200)
    own = summary_of(made, "own_dead", EVERYBODY, BELLIGERENTS)
    # The others' 20 and 80 have 20 as their lower median.
    assert own["bias"] == pytest.approx(0.5)
    assert own["lower"] == pytest.approx(0.5) and own["upper"] == pytest.approx(0.5)
    assert own["n_reports"] == own["n_incidents"] == 8
    assert summary_of(made, "enemy_dead", EVERYBODY, BELLIGERENTS)["bias"] == pytest.approx(8)
    assert summary_of(made, "enemy_dead", THIRD_PARTIES, "armed_group")["bias"] == pytest.approx(4)
    assert summary_of(made, "own_dead", THIRD_PARTIES, "government")["n_reports"] == 0
    few = bias_table(reports, 0.95, np.random.default_rng(1), size=200, fewest=9)
    assert few["lower"].isna().all() and few["bias"].notna().all()


def test_relabelled() -> None:
    found = reports_of(
        ("strike", "army", "militants", 20),
        ("strike", "UN", "civilians", 21),
        ("battle", "army", "perpetrators", 20),
    )
    assert relabelled(found) == ["strike"]


def test_the_curated_claims_have_all_sides() -> None:
    found = side_reports(load_claims(), **load_sides())
    own = found[found["victims_side"] == "own_dead"]
    assert set(own["source_type"]) <= {"government", "military", "armed_group"}
    assert not found.duplicated(["incident_id", "party", "victims"]).any()
    assert {"own_dead", "enemy_dead", "other"} == set(found["victims_side"])
