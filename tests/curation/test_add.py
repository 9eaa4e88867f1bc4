"""`sahelstats add`: exactly its lines, everything checked first, answers asked for one by one."""

import json
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from sahelstats.cli import app
from sahelstats.curation import show_and_add
from sahelstats.curation.lines import insert_rows
from sahelstats.curation.transaction import JOURNAL, SUFFIX
from sahelstats.tables.reading import read_text
from sahelstats.tables.schema import ACTORS, CLAIMS, CURATED_TABLES
from sahelstats.validation.folder import validate

TABLES = {table.path.name: table for table in CURATED_TABLES}
ID = "MLI-20240918-testville"
ADDED = {
    "incidents.csv": [
        f'{ID},2024-09-18,2024-09-18,day,MLI,Mopti,"Testville, ""camp""",14.5,-4.2,2,gazetteer,'
        "ambush,military,state-based,JNIM,JNIM,claimed,,,unreviewed,\n"
    ],
    "claims.csv": [
        f"{ID},1,JNIM,RFI,JNIM,2024-09-20,https://example.org/a,killed,state_forces,no,exact,12,12"
        ",12,whole,stated,\n",
        f"{ID},2,Testville mayor,,Testville mayor,2024-09,,killed,all,no,at_least,7,7,,whole,"
        'stated,"soldiers, a driver"\n',
    ],
    "sources.csv": ["Testville mayor,local_official,Testville mayor,MLI,1,\n"],
}


def add(folder, *arguments, **kwargs):
    return CliRunner().invoke(
        app, ["add", "--folder", str(folder), *arguments], env={"COLUMNS": "200"}, **kwargs
    )


def lines(folder):
    return {name: (folder / name).read_bytes().splitlines(keepends=True) for name in TABLES}


def test_exactly_its_lines_are_added(folder, new_file):
    before = lines(folder)
    result = add(folder, "--from-json", str(new_file()))
    assert result.exit_code == 0, result.output
    after = lines(folder)
    for name, old in before.items():
        wanted = [line.encode() for line in ADDED.get(name, [])]
        added = [line for line in after[name] if line in wanted]
        assert added == wanted
        # Without them the file is byte for byte what it was.
        assert [line for line in after[name] if line not in wanted] == old
    assert sorted(path.name for path in folder.iterdir()) == sorted(before)
    assert validate(folder)["incidents"] == len(before["incidents.csv"])


def test_the_new_range_is_shown(folder, new_file):
    result = add(folder, "--from-json", str(new_file()))
    assert f"Added {ID}: 1 to incidents.csv, 2 to claims.csv, 1 to sources.csv." in result.stdout
    assert "Killed, attackers left out: 7 to 12, best 7" in result.stdout
    assert "high  12  JNIM (claim 1)" in result.stdout


def test_rows_come_in_the_order_of_their_keys(folder, new_file):
    add(folder, "--from-json", str(new_file()))
    for name, places in (("incidents.csv", 1), ("claims.csv", 2), ("sources.csv", 1)):
        rows = read_text(folder / name, TABLES[name]).itertuples(index=False)
        keys = [row[:places] for row in rows]
        if name == "claims.csv":
            keys = [(incident, int(number)) for incident, number in keys]
        assert keys == sorted(keys)


def test_numbers_of_claims_that_are_given_are_kept(folder, new, new_file):
    new["claims"][1]["claim_no"] = 1
    add(folder, "--from-json", str(new_file(new)))
    own = [row for row in (folder / "claims.csv").read_text().splitlines() if row.startswith(ID)]
    assert [row.split(",")[1:3] for row in own] == [["1", "Testville mayor"], ["2", "JNIM"]]


def spoil(new, part, **cells):
    target = new[part] if part == "incident" else new[part][0]
    target.update(cells)
    return new


@pytest.mark.parametrize(
    ("part", "cells", "messages"),
    [
        ("incident", {"incident_id": "MLI-20220327-moura"}, ["in incidents.csv already"]),
        ("incident", {"actors": "JNM"}, ["is not in actors.csv", "Nearest: JNIM"]),
        ("incident", {"actors": "JNIM; Nobody"}, ["Nobody", "is not in actors.csv"]),
        ("incident", {"latitude": -4.2, "longitude": 14.5}, ["swapped"]),
        ("incident", {"date_start": "2024-09-31"}, ["date_start"]),
        ("incident", {"attack_type": "raid"}, ["not one of the allowed values", "ambush"]),
        ("incident", {"geo_precision": None}, ["geo_precision", "is empty"]),
        ("incident", {"plase": "x"}, ["incident.plase", "Nearest: place"]),
        ("incident", {"note": "one\ntwo"}, ["line break"]),
        ("incident", {"place": ["x"]}, ["neither text nor a number"]),
        ("claims", {"claimant": "JNMI"}, ["new claim 1", "is not in sources.csv", "Nearest: JNIM"]),
        ("claims", {"incident_id": "MLI-20220327-moura"}, ["not the incident that is added"]),
        ("claims", {"best": 11}, ["new claim 1", "out of order"]),
        ("claims", {"low": -1}, ["new claim 1", "low"]),
        ("claims", {"reported_on": "2024-09-01"}, ["before the incident began"]),
        ("claims", {"url": "see there"}, ["url", "web address"]),
        ("claims", {"note": "at least"}, ["says 'at least'"]),
        ("sources", {"source": "RFI"}, ["new source", "in sources.csv already"]),
        ("sources", {"type": "newspaper"}, ["new source Testville mayor", "allowed values"]),
    ],
)
def test_a_fault_is_told_and_nothing_written(folder, new, new_file, part, cells, messages):
    before = lines(folder)
    result = add(folder, "--from-json", str(new_file(spoil(new, part, **cells))))
    assert result.exit_code == 1
    told = " ".join(result.output.replace("│", " ").split())
    for message in messages:
        assert message in told
    assert "Traceback" not in result.output
    assert lines(folder) == before


def test_all_faults_are_told_at_once(folder, new, new_file):
    spoil(new, "incident", attribution="sure", actors="Nobody")
    spoil(new, "claims", outcome="dead", url="x")
    del new["sources"]
    result = add(folder, "--from-json", str(new_file(new)))
    for place in ("attribution", "actors", "outcome", "url", "claimant"):
        assert place in result.output
    assert "5 faults" in result.output


def test_an_incident_needs_a_claim(folder, new, new_file):
    del new["claims"]
    result = add(folder, "--from-json", str(new_file(new)))
    assert result.exit_code == 1
    assert "has no claim" in result.output


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "cannot be read as JSON"),
        ("[]", 'has no object "incident"'),
        ('{"incident": {}, "claims": {}}', "is not a list of objects"),
        ('{"incident": {}, "claim": []}', "Nearest: claims"),
    ],
)
def test_a_file_without_the_form_is_an_error(folder, tmp_path, text, message):
    path = tmp_path / "new.json"
    path.write_text(text)
    result = add(folder, "--from-json", str(path))
    assert result.exit_code == 1
    assert message in " ".join(result.output.replace("│", " ").split())
    assert "no such file" in add(folder, "--from-json", str(tmp_path / "gone.json")).output


def test_faults_that_were_there_before_stop_it_too(folder, new_file):
    path = folder / "actors.csv"
    path.write_bytes(path.read_bytes() + b"Zeta,no_family,,\n")
    result = add(folder, "--from-json", str(new_file()))
    assert result.exit_code == 1
    assert "actors.csv" in result.output
    assert "no_family" in result.output


def test_lines_keep_their_bytes_whatever_they_look_like():
    odd = b'\xef\xbb\xbfactor,family,country,note\r\n"AQIM",jnim,,"a ""b""\nc"\r\nVDP,state,BFA,'
    found = insert_rows(odd, [{"actor": "JNIM", "family": "jnim", "note": "x"}], ACTORS)
    old, last = odd[: odd.index(b"VDP")], odd[odd.index(b"VDP") :]
    assert found == old + b"JNIM,jnim,,x\n" + last + b"\n"


def test_claims_are_sorted_by_number_not_by_text():
    header = ",".join(CLAIMS.column_names).encode() + b"\n"
    tail = b"," * (len(CLAIMS.columns) - 2) + b"\n"
    old = header + b"A,2" + tail + b"A,10" + tail
    found = insert_rows(old, [{"incident_id": "A", "claim_no": "9"}], CLAIMS)
    assert found == header + b"A,2" + tail + b"A,9" + tail + b"A,10" + tail


@pytest.mark.parametrize("arguments", [["validate", "FOLDER"], ["show", "--search", "testville"]])
def test_commands_complete_an_interrupted_addition(folder, new_file, tmp_path, arguments):
    """`add` itself is killed, right after it was decided; the next command completes it."""
    code = (
        "import os\nfrom sahelstats.curation import transaction\n"
        "transaction._finish = lambda *_: os._exit(9)\n"
        f"from sahelstats.cli import app\napp(['add', '--folder', {str(folder)!r}, "
        f"'--from-json', {str(new_file())!r}])"
    )
    before = lines(folder)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert done.returncode == 9, done.stderr
    assert lines(folder) == before
    assert (folder / JOURNAL).exists()
    words = [str(folder) if word == "FOLDER" else word for word in arguments]
    words += ["--folder", str(folder)] if words[0] == "show" else []
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 0, result.output
    assert "Completed an interrupted write of incidents.csv, claims.csv" in result.stderr
    assert len(lines(folder)["claims.csv"]) == len(before["claims.csv"]) + 2
    assert not list(folder.glob(f".*{SUFFIX}"))


# ---- prompts -------------------------------------------------------------------------------------

INCIDENT_ANSWERS = [
    "Mali", "MLI",  # not a code; a code
    "2024-09-31", "2024-09-18",  # no such day
    "2024-09-17", "",  # before the first day; asked again, Enter: the same day
    "", 'Testville, "camp"', ID,
    "Mopti", "95", "14.5", "-4.2", "2", "gazetteer", "amb", "?", "mil", "military", "state", "JNIM",
    "jnm", "1", "",  # lead actor: the nearest taken by number; no other
    "claimed", "", "", "unreviewed", "",
]  # fmt: skip
FIRST_CLAIM = [
    "JNIM", "RFI", "", "2024-09-20", "somewhere", "https://example.org/a", "", "state_forces",
    "exact", "many", "12", "", "", "", "y",
]  # fmt: skip
SECOND_CLAIM = [
    "Testville mayor", "n", "local_o", "", "MLI", "", "",  # a new source: type, party, country ...
    "", "", "2024-09", "", "", "all", "no", "at_least", "7", "", "", "soldiers, a driver", "n",
]  # fmt: skip


def test_the_walk_adds_the_same_lines_as_the_file(folder, new_file, tmp_path):
    answers = [*INCIDENT_ANSWERS, *FIRST_CLAIM, *SECOND_CLAIM, "y"]
    result = add(folder, input="\n".join(answers) + "\n")
    assert result.exit_code == 0, result.output
    after = lines(folder)
    for name, wanted in ADDED.items():
        for line in wanted:
            assert line.encode() in after[name]
    shown = result.stdout
    assert "'Mali' is not one of the values" in shown
    assert "'2024-09-31' does not fit. Write the day as YYYY-MM-DD" in shown
    assert "The last day is before the first" in shown
    assert "95 is too large" in shown
    assert "'mil' could be military or militants" in shown
    assert "1  JNIM" in shown
    assert "An army, its posts or its convoys" in shown  # the answer ? explains
    assert "'somewhere' is not well formed" in shown
    assert "Killed, attackers left out: 7 to 12, best 7" in shown


def test_a_walk_that_is_broken_off_keeps_the_answers(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(show_and_add, "DRAFTS", tmp_path / "drafts")
    before = lines(folder)
    result = add(folder, input="\n".join([*INCIDENT_ANSWERS, *FIRST_CLAIM[:5]]) + "\n")
    assert result.exit_code == 1
    assert "Nothing was added. The answers are in" in result.stderr
    draft = json.loads((tmp_path / "drafts" / f"{ID}.json").read_text())
    assert draft["incident"]["attack_type"] == "ambush"
    assert draft["claims"][0]["claimant"] == "JNIM"
    assert lines(folder) == before


def test_answers_with_a_fault_can_be_mended_in_the_draft(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(show_and_add, "DRAFTS", tmp_path / "drafts")
    claim = [*FIRST_CLAIM[:-1], "n"]
    claim[3] = "2024-09-01"  # before the incident: only the whole table can tell
    result = add(folder, input="\n".join([*INCIDENT_ANSWERS, *claim, "y"]) + "\n")
    assert result.exit_code == 1
    assert "before the incident began" in result.output
    draft = tmp_path / "drafts" / f"{ID}.json"
    draft.write_text(draft.read_text().replace("2024-09-01", "2024-09-20"))
    result = add(folder, "--from-json", str(draft))
    assert result.exit_code == 0, result.output


def test_saying_no_at_the_end_writes_nothing(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(show_and_add, "DRAFTS", tmp_path / "drafts")
    before = lines(folder)
    answers = [*INCIDENT_ANSWERS, *FIRST_CLAIM[:-1], "n", "n"]
    result = add(folder, input="\n".join(answers) + "\n")
    assert result.exit_code == 1
    assert lines(folder) == before
