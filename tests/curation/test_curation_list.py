"""Lists of incidents: conditions, searches without accents and case, one line each."""

import io

import pytest
from rich.console import Console
from typer.testing import CliRunner

from sahelstats.cli import app
from sahelstats.curation.curated import CurationError
from sahelstats.curation.listing import country_code, find_incidents, list_view


def lines(view):
    console = Console(width=100, file=io.StringIO())
    console.print(view)
    return console.file.getvalue().splitlines()


def test_disputed_lists_all_and_only_those(curated):
    disputed = curated.incidents.index[curated.incidents["review"] == "disputed"]
    assert set(find_incidents(curated, disputed=True)) == set(disputed)


def test_a_year_counts_incidents_that_reach_into_it(curated):
    found = find_incidents(curated, year=2022)
    assert "MLI-20220327-moura" in found
    years = curated.incidents.loc[found, ["date_start", "date_end"]].apply(lambda c: c.dt.year)
    assert ((years["date_start"] <= 2022) & (years["date_end"] >= 2022)).all()


@pytest.mark.parametrize("name", ["CIV", "civ", "Côte d'Ivoire", "COTE D'IVOIRE", "cote"])
def test_a_country_is_known_by_code_and_name(name):
    assert country_code(name) == "CIV"


@pytest.mark.parametrize("name", ["Frnace", "", "ni"])
def test_a_country_that_is_none_or_several_is_an_error(name):
    with pytest.raises(CurationError, match="NER Niger"):
        country_code(name)


@pytest.mark.parametrize(
    ("text", "incident"),
    [
        ("MOURA", "MLI-20220327-moura"),  # id and place
        ("karma massacre", "BFA-20230420-karma"),  # title
        ("wagner group moura", "MLI-20220327-moura"),  # actors and place, any order
        ("cisc karma", "BFA-20230420-karma"),  # a claimant
        ("two sites about 6 km apart", "MLI-20240917-bamako"),  # the note
        ("Prosecutor Ouahigouya", "BFA-20230420-karma"),
    ],
)
def test_a_search_looks_everywhere(curated, text, incident):
    assert incident in find_incidents(curated, search=text)


def test_a_search_ignores_accents_on_both_sides(curated):
    bare = find_incidents(curated, search="segou")
    assert bare
    assert bare == find_incidents(curated, search="SÉGOU")


def test_conditions_add_up(curated):
    assert find_incidents(curated, search="moura", year=2022, country="mali", disputed=True) == [
        "MLI-20220327-moura"
    ]
    assert find_incidents(curated, search="moura", year=2021) == []


def test_the_list_has_one_line_for_each_in_100_columns(curated):
    found = find_incidents(curated)
    shown = lines(list_view(curated, found))
    assert len(shown) == len(found) + 2
    assert max(map(len, shown)) <= 100
    moura = next(line for line in shown if line.startswith("MLI-20220327-moura"))
    assert moura.split()[1:5] == ["200", "300", "600", "disputed"]
    karma = next(line for line in shown if line.startswith("BFA-20230420-karma"))
    assert karma.split()[1:4] == ["80", "136", "156+"]


def test_nothing_found_is_said(curated):
    assert lines(list_view(curated, [])) == ["No incident fits."]


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        (["--search", "moura", "--year", "2022"], 0, "MLI-20220327-moura"),
        (["--country", "atlantis"], 1, "names no country"),
        ([], 1, "Name an incident"),
        (["MLI-20220327-moura", "--disputed"], 1, "not both"),
    ],
)
def test_the_command_lists(arguments, code, text):
    result = CliRunner().invoke(app, ["show", *arguments], env={"COLUMNS": "100"})
    assert result.exit_code == code
    assert text in result.output
