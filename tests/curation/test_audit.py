"""Each check of the audit: a file that breaks it, and files that look like it and are right."""

import csv

import pytest

from sahelstats.paths import CURATED
from sahelstats.tables.faults import Fault
from sahelstats.tables.reading import read_text
from sahelstats.tables.schema import CLAIMS, CURATED_TABLES
from sahelstats.validation.audit import audit_faults
from sahelstats.validation.folder import validate

INCIDENT = "MLI-20220327-moura"
#: Two parties, and two names of one party.
ARMY, UN, MISSION, RFI = "Malian Armed Forces", "OHCHR", "MINUSMA", "RFI"


def claim(number, claimant=ARMY, figure=50, **cells):
    """A clean claim, changed where a test wants it."""
    row = dict.fromkeys(CLAIMS.column_names, "") | {
        "incident_id": INCIDENT, "claim_no": str(number), "claimant": claimant, "source": claimant,
        "reported_on": "2022-04-02", "outcome": "killed", "victims": "civilians",
        "includes_perpetrators": "no", "qualifier": "exact", "scope": "whole", "status": "stated",
    }  # fmt: skip
    row |= dict.fromkeys(("low", "best", "high"), str(figure)) | cells
    if row["qualifier"] in ("at_least", "more_than"):
        row["high"] = ""
    if row["victims"] == "perpetrators":
        row["includes_perpetrators"] = "yes"
    return row


@pytest.fixture
def audit(folder):
    """Audit the tables with nothing but the claims given; the messages that come."""

    def run(*claims, review="reviewed"):
        path = folder / "claims.csv"
        with path.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, CLAIMS.column_names, lineterminator="\n")
            writer.writeheader()
            writer.writerows(claims)
        texts = {t.name: read_text(folder / t.path.name, t) for t in CURATED_TABLES}
        incidents = texts["incidents"]
        incidents.loc[incidents["incident_id"] == INCIDENT, "review"] = review
        return [f"{fault.column}: {fault.rule}" for fault in audit_faults(texts, folder)]

    return run


def test_the_curated_tables_are_clean():
    assert validate(CURATED)["claims"] > 1000


@pytest.mark.parametrize(
    ("claims", "message"),
    [
        ((claim(1, UN), claim(2, MISSION)), "claimant: repeats claim 1 of the same party"),
        (
            (claim(1, UN, victims="all"), claim(2, UN, victims="unspecified")),
            "claimant: repeats claim 1 of the same party",
        ),
        (
            (claim(1, UN, relay=RFI), claim(2, RFI)),
            "claimant: relays the figure of claim 1, and did not count itself",
        ),
        (
            (claim(1, UN), claim(2, UN, 60, scope="part")),
            "scope: is a part of 60, larger than its claimant's whole of 50",
        ),
        (
            (claim(1, UN, victims="all"), claim(2, UN, 60, scope="part")),
            "scope: is a part of 60, larger than its claimant's whole of 50",
        ),
        (
            (claim(1, UN), claim(2, UN, 40, reported_on="2022-04-05")),
            "best: falls from 50 (claim 1) to 40",
        ),
        (
            (
                claim(1, UN, outcome="wounded"),
                claim(2, UN, 40, outcome="wounded", qualifier="at_least", reported_on="2022-04"),
            ),
            "best: falls from 50 (claim 1) to 40",
        ),
        (
            (claim(1, victims="militants", note="the attackers only"),),
            "victims: counts attackers alone, says its note",
        ),
        (
            (claim(1, victims="all"), claim(2, victims="perpetrators")),
            "victims: is the figure that its claimant gives for the attackers (claim 2)",
        ),
        (
            (claim(1, note="the statement says at least 50"),),
            "qualifier: does not fit the text, which says 'at least 50'",
        ),
        (
            (claim(1, figure=8, note="more than eight, by name"),),
            "qualifier: does not fit the text, which says 'more than eight'",
        ),
        (
            (claim(1, figure=5), claim(2, UN, 51)),
            "review: is not disputed, though its killed range goes from 5 to 51, more than 10 to 1",
        ),
    ],
)
def test_a_fault_is_found(audit, claims, message):
    (found,) = audit(*claims)
    assert found.startswith(message)


@pytest.mark.parametrize(
    "claims",
    [
        # Repeats: another party, victims, scope, figure; superseded; a confirmation; other parts.
        (claim(1, UN), claim(2, ARMY)),
        (claim(1, UN), claim(2, UN, victims="state_forces")),
        (claim(1, UN), claim(2, UN, status="superseded")),
        (claim(1, UN), claim(2, MISSION, note="confirms claim 1")),
        (claim(1, UN), claim(2, UN, qualifier="at_least")),
        (
            claim(1, UN, scope="part", note="Moura"),
            claim(2, UN, scope="part", note="the road to Moura"),
        ),
        (claim(1, UN, relay=RFI), claim(2, RFI, 51)),
        # Parts: smaller, of another claimant, of other victims, or explained.
        (claim(1, UN), claim(2, UN, 40, scope="part")),
        (claim(1, UN), claim(2, ARMY, 60, scope="part")),
        (claim(1, UN), claim(2, UN, 60, scope="part", victims="state_forces")),
        (
            claim(1, UN, victims="all"),
            claim(2, UN, 60, scope="part", victims="perpetrators"),
        ),
        (claim(1, UN), claim(2, UN, 60, scope="part", note="later count of one site")),
        # Falls: explained on either claim, superseded, rising, of different victims.
        (claim(1, UN), claim(2, UN, 40, reported_on="2022-05", note="revised")),
        (claim(1, UN, note="first toll"), claim(2, UN, 40, reported_on="2022-05")),
        (claim(1, UN, status="superseded"), claim(2, UN, 40, reported_on="2022-05")),
        (claim(1, UN, reported_on=""), claim(2, UN, 60, reported_on="2022")),
        (claim(1, UN), claim(2, UN, 40, victims="state_forces", reported_on="2022-05")),
        (claim(1, UN, outcome="missing"), claim(2, UN, 40, outcome="missing", reported_on="2023")),
        # Attackers: counted apart, coded as such, or equal to a named group by chance.
        (claim(1, victims="all", note="attackers apart"), claim(2, victims="perpetrators")),
        (claim(1, victims="state_forces"), claim(2, victims="perpetrators")),
        (claim(1, victims="all"), claim(2, UN, victims="perpetrators")),
        (claim(1, victims="perpetrators", note="the attackers only"),),
        # Exact: a bound of another figure, of another's word, or a matching qualifier.
        (claim(1, note="at least 16 of them women"),),
        (claim(1, note="covers more than the village"),),
        (claim(1, note="the relay prints at least 50"),),
        (claim(1, qualifier="at_least", note="at least 50 so far"),),
        (claim(1, status="superseded", note="at least 50 so far"),),
        # Wide: ten to one is not more than ten to one.
        (claim(1, figure=5), claim(2, UN, 50)),
        (claim(1, figure=0, status="denial"), claim(2, UN, 10)),
    ],
)
def test_what_is_right_is_left_alone(audit, claims):
    assert audit(*claims) == []


def test_a_wide_range_may_be_disputed(audit):
    claims = (claim(1, figure=5), claim(2, UN, 51))
    assert len(audit(*claims)) == 1
    assert audit(*claims, review="disputed") == []


def test_validate_calls_the_audit(folder):
    path = folder / "claims.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace(",bodies buried\n", ",bodies buried: at least\n"), encoding="utf-8"
    )
    with pytest.raises(ValueError, match=r"row \d+, column qualifier: .* says 'at least'"):
        validate(folder)


def test_rows_that_are_wrong_otherwise_are_not_audited(folder):
    texts = {t.name: read_text(folder / t.path.name, t) for t in CURATED_TABLES}
    rows = texts["claims"].index[texts["claims"]["note"] == "bodies buried"]
    texts["claims"].loc[rows, "note"] = "at least"
    # Only the named file counts, as validate shows it.
    (fault, *_) = audit_faults(texts, folder)
    known = [Fault(fault.file, int(row) + 2, "low", "x", "", "") for row in rows]
    assert audit_faults(texts, folder, known) == []


def test_nothing_to_audit_without_claims(folder):
    assert (
        audit_faults({"incidents": read_text(folder / "incidents.csv", CURATED_TABLES[0])}, folder)
        == []
    )
