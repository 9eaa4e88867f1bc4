"""What `sahelstats show` prints of an incident: all a reader needs, in 100 columns."""

import io
import re

import pytest
from rich.console import Console
from typer.testing import CliRunner

from sahelstats.cli import app
from sahelstats.curation.curated import CurationError, load_curated
from sahelstats.curation.entering import outcomes_of
from sahelstats.curation.show import incident_view
from sahelstats.ranges import ranges

NAMED = (
    "MLI-20240917-bamako",
    "MLI-20220327-moura",
    "BFA-20230420-karma",
    "MLI-20240725-tinzaouaten",
)


def printed(view, width=100):
    console = Console(width=width, file=io.StringIO())
    console.print(view)
    return console.file.getvalue()


def plain(text):
    """The text in one line, as folded lines are read."""
    return re.sub(r"\s+", " ", text)


@pytest.mark.parametrize("incident", NAMED)
def test_everything_a_reader_needs_is_there(curated, incident):
    text = printed(incident_view(curated, incident))
    row, claims = curated.incidents.loc[incident], curated.claims_of(incident)
    for wanted in (row["place"], row["actors"].split("; ")[0], row["attribution"], row["review"]):
        assert wanted in plain(text)
    folded = re.sub(r"\s+", "", text)
    for claim in claims.to_dict("records"):
        assert claim["claimant"] in plain(text)
        for url in str(claim["url"] or "").replace("<NA>", "").split():
            assert url in folded
    assert f"{len(claims)} claims" in text


@pytest.mark.parametrize("incident", NAMED)
def test_no_line_is_longer_than_the_terminal(curated, incident):
    assert max(map(len, printed(incident_view(curated, incident)).splitlines())) <= 100


@pytest.fixture(scope="module")
def awkward(curated):
    """The incidents with most claims, and those with the longest texts and addresses."""
    claims = curated.claims
    sizes = [
        claims.groupby("incident_id").size(),
        claims.groupby("incident_id")["url"].agg(lambda urls: urls.str.len().max()),
        curated.incidents["place"].str.len(),
        curated.incidents["review_note"].str.len(),
    ]
    return sorted({name for size in sizes for name in size.dropna().nlargest(4).index})


def test_long_texts_fit_100_columns(curated, awkward):
    long = [
        name
        for name in awkward
        if max(map(len, printed(incident_view(curated, name)).splitlines())) > 100
    ]
    assert long == []


def test_claims_stand_in_order_of_date_with_the_unknown_first(curated):
    text = printed(incident_view(curated, "MLI-20220327-moura"))
    dates = re.findall(r"^ ?\d+  (no date|\d{4}(?:-\d\d){0,2}) ", text, re.M)
    assert dates == [
        "no date", "2022-04-01", "2022-04", "2022-04", "2023-05-12", "2023-05-12", "2023-05-12",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("incident", "sentences"),
    [
        (
            "MLI-20240917-bamako",
            [
                "17 September 2024", "armed assault, target mixed; state-based violence",
                "BBC: 60 to 100 killed, best 80; all, attackers perhaps counted",
                "official document via AFP: about 100 killed",
                "Malian Armed Forces via PressAfrik: dozens killed; state forces",
                "Killed, attackers left out: 20 to 100, best 70",
                "low 20 Atlas News (claim 11)", "high 100 BBC (claim 1)",
                "did not enter: claims 6, 302 (part of the toll only)",
                "did not enter: claim 10 (wider: covers more than the incident)",
                "Wounded, attackers left out: 200 to 255, best 200",
            ],
        ),
        (
            "MLI-20220327-moura",
            [
                "27 to 31 March 2022", "Malian Armed Forces (state); Wagner Group (foreign state)",
                "Human Rights Watch: about 300 killed", "[status superseded]",
                "Killed, attackers left out: 200 to 600, best 300",
                "low 200 local NGOs and UN sources (claim 6)",
                "high 600 French Wikipedia (claim 7)",
                "did not enter: claim 3 (superseded by its own claimant)",
                "did not enter: claim 5 (another figure of the same claimant stands for it)",
            ],
        ),
        (
            "BFA-20230420-karma",
            [
                "residents via AFP: nearly 80 killed", "11 killed; civilians [scope part]",
                "Killed, attackers left out: 80 to 156 or more, best 136",
                "high 156 Human Rights Watch (claim 8); may be more",
                "Killed, attackers counted: no range",
            ],
        ),
        (
            "MLI-20240725-tinzaouaten",
            [
                "Killed, attackers left out: 2 to 131, best 60", "high 131 CSP-DPA (claims 1, 2)",
                "did not enter: claims 4, 7, 13 (counts attackers)",
                "did not enter: claim 5 (superseded by date: claim 4 is later)",
                "Killed, attackers counted: 22 to 140, best 88",
                "Wounded, attackers left out: up to 30",
            ],
        ),
    ],
)  # fmt: skip
def test_figures_ranges_and_reasons_in_words(curated, incident, sentences):
    text = plain(printed(incident_view(curated, incident)))
    for sentence in sentences:
        assert sentence in text


def test_denials_and_people_missing_are_said(curated):
    denied = curated.claims[curated.claims["status"] == "denial"].iloc[0]
    text = plain(printed(incident_view(curated, denied["incident_id"])))
    assert f"denies any {denied['outcome']}" in text
    text = plain(printed(incident_view(curated, "BEN-20190501-pendjari")))
    assert "No range is made of people missing or abducted: claim 2." in text


def test_every_claim_enters_or_has_a_reason(curated, awkward):
    """No claim is lost between those that made the range and those that did not."""
    for incident in [*NAMED, *awkward]:
        claims = curated.claims_of(incident)
        for found in outcomes_of(claims):
            own = claims[claims["outcome"] == found.outcome]
            assert set(found.left_out) <= set(own["claim_no"])
            if found.span is None:
                assert incident not in ranges(own, found.outcome, found.basis).index
                assert set(found.left_out) == set(own["claim_no"])
            else:
                assert len(found.left_out) < len(own)


def test_an_unknown_id_gives_one_error_with_the_nearest(curated):
    with pytest.raises(CurationError, match=r"no incident 'MLI-20240917-bamko'. Nearest: MLI-202"):
        incident_view(curated, "MLI-20240917-bamko")
    result = CliRunner().invoke(app, ["show", "karma"])
    assert result.exit_code == 1
    assert "BFA-20230420-karma" in result.stderr
    assert "Traceback" not in result.output


def test_the_command_prints_the_incident():
    result = CliRunner().invoke(app, ["show", "BFA-20230420-karma"], env={"COLUMNS": "100"})
    assert result.exit_code == 0
    assert "best  136  CISC (claim 5)" in result.stdout
    assert max(map(len, result.stdout.splitlines())) <= 100


def test_square_brackets_in_a_note_are_text(curated, folder):
    path = folder / "claims.csv"
    text = path.read_text(encoding="utf-8").replace("bodies buried", "[bold]bodies[/] [/x]", 1)
    path.write_text(text, encoding="utf-8")
    assert "[bold]bodies[/] [/x]" in printed(
        incident_view(load_curated(folder), "BFA-20230420-karma")
    ) + printed(incident_view(load_curated(folder), _incident_with(text)))


def _incident_with(text):
    return next(line.split(",")[0] for line in text.splitlines() if "[bold]bodies" in line)
