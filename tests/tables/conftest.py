"""A small, clean set of curated tables that a test spoils in one place."""

import csv

import pytest

from sahelstats.tables.faults import TableError
from sahelstats.tables.schema import CURATED_TABLES, TIDY, UCDP_CROSSCHECK
from sahelstats.validation.folder import validate

TABLES = {table.name: table for table in (TIDY, *CURATED_TABLES, UCDP_CROSSCHECK)}

GOOD = {
    "incidents": [
        {
            "incident_id": "MLI-20220722-kati", "date_start": "2022-07-22",
            "date_end": "2022-07-22", "date_precision": "day", "country": "MLI",
            "admin1": "Koulikoro", "place": "Kati", "latitude": "12.7441", "longitude": "-8.0726",
            "geo_precision": "1", "geo_source": "gazetteer", "attack_type": "suicide_attack",
            "target_type": "military", "type_of_violence": "state-based", "perpetrator": "JNIM",
            "actors": "JNIM; Katiba Macina", "attribution": "claimed", "review": "reviewed",
        },
        {
            "incident_id": "MLI-20240917-bamako", "date_start": "2024-09-17",
            "date_end": "2024-09-18", "date_precision": "day", "country": "MLI",
            "place": "Faladie", "latitude": "12.59", "longitude": "-7.95", "geo_precision": "2",
            "geo_source": "gazetteer", "attack_type": "armed_assault", "target_type": "mixed",
            "type_of_violence": "state-based", "perpetrator": "JNIM", "actors": "JNIM",
            "attribution": "claimed", "review": "disputed", "review_note": "No official toll.",
        },
    ],
    "claims": [
        {
            "incident_id": "MLI-20220722-kati", "claim_no": "1", "claimant": "Army",
            "source": "FAMa", "reported_on": "2022-07-22", "url": "https://example.org/a",
            "outcome": "killed", "victims": "state_forces", "includes_perpetrators": "no",
            "qualifier": "exact", "low": "1", "best": "1", "high": "1", "scope": "whole",
            "status": "stated",
        },
        {
            "incident_id": "MLI-20240917-bamako", "claim_no": "1", "claimant": "AFP",
            "source": "AFP", "reported_on": "2024-09-19", "url": "https://example.org/b",
            "outcome": "killed", "victims": "all", "includes_perpetrators": "unknown",
            "qualifier": "range", "low": "60", "best": "77", "high": "100", "scope": "whole",
            "status": "stated",
        },
    ],
    "sources": [
        {"source": "Army", "type": "military", "party": "State", "country": "MLI", "weight": "1"},
        {"source": "AFP", "type": "media", "party": "AFP", "country": "FRA", "weight": "0.5"},
    ],
    "actors": [
        {"actor": "JNIM", "family": "jnim"},
        {"actor": "Katiba Macina", "family": "jnim", "country": "MLI"},
    ],
    "places": [
        {
            "place": "Bamako", "kind": "capital", "country": "MLI",
            "latitude": "12.6392", "longitude": "-8.0029",
        },
        {
            "place": "Niamey", "kind": "capital", "country": "NER",
            "latitude": "13.5116", "longitude": "2.1254",
        },
    ],
    "dropped_claims": [
        {"incident_id": "MLI-20220722-kati", "claim_no": "7", "reason": "merged into claim 1"},
        {"incident_id": "MLI-20240917-bamako", "claim_no": "9", "reason": "merged into claim 1"},
    ],
    "ucdp_crosscheck": [
        {"incident_id": "MLI-20220722-kati", "ged_id": "0"},
        {
            "incident_id": "MLI-20220727-sokolo", "ged_id": "441", "date_start": "2022-07-27",
            "date_end": "2022-07-27", "place": "Sokolo town", "geo_precision": "1",
            "latitude": "14.73", "longitude": "-6.12", "type_of_violence": "state-based",
            "side_a": "Government of Mali", "side_b": "JNIM", "low": "3", "best": "2", "high": "9",
        },
    ],
    "tidy": [
        {
            "incident_id": f"event/{number}", "date_start": "2024-09-17", "date_end": "2024-09-17",
            "date_precision": "day", "year": "2024", "country": "MLI", "place": "Faladie",
            "latitude": "12.59", "longitude": "-7.95", "geo_precision": "1",
            "attack_type": "armed_assault", "target_type": "mixed",
            "type_of_violence": "state-based", "actor": "JNIM", "actor_family": "jnim",
            "attribution": "claimed", "review": "unreviewed", "n_claims": "3", "n_claimants": "2",
            "killed_low": "60", "killed_best": "77", "killed_high": "100",
            "killed_open_above": "False", "killed_n_reports": "2", "killed_n_sources": "2",
            "killed_incl_n_reports": "0", "killed_incl_n_sources": "0",
            "wounded_low": "200", "wounded_best": "200", "wounded_high": "255",
            "wounded_open_above": "True", "wounded_n_reports": "1", "wounded_n_sources": "1",
            "wounded_incl_n_reports": "0", "wounded_incl_n_sources": "0",
        }
        for number in (1, 2)
    ],
}  # fmt: skip


class Tables:
    """Rows of every table as plain text, and the folder they are written to."""

    def __init__(self, folder):
        self.folder = folder
        self.rows = {name: [dict(row) for row in rows] for name, rows in GOOD.items()}

    def path(self, name):
        """Return where a table is written."""
        return self.folder / ("tidy.csv" if name == "tidy" else TABLES[name].path.name)

    def write(self, name):
        """Write one table and return its path."""
        with self.path(name).open("w", encoding="utf-8", newline="") as stream:
            names = TABLES[name].column_names
            writer = csv.DictWriter(stream, names, restval="", lineterminator="\n")
            writer.writeheader()
            writer.writerows(self.rows[name])
        return self.path(name)

    def write_text(self, name, content):
        """Write text or bytes where a table belongs and return the path."""
        data = content.encode("utf-8") if isinstance(content, str) else content
        self.path(name).write_bytes(data)
        return self.path(name)

    def faults_of(self, name):
        """Return what is wrong with one table looked at alone."""
        return self.faults_at(self.write(name))

    def faults(self):
        """Return what is wrong with the folder of curated tables."""
        for table in CURATED_TABLES:
            self.write(table.name)
        return self.faults_at(self.folder)

    @staticmethod
    def faults_at(path):
        """Return the faults that validation finds in a file or folder, none when it is clean."""
        try:
            validate(path)
        except TableError as error:
            return error.faults
        return []

    @staticmethod
    def places(faults):
        """Return where faults lie: file, row, column."""
        return [(fault.file.split("/")[-1], fault.row, fault.column) for fault in faults]


@pytest.fixture
def tables(tmp_path):
    """Clean tables; change ``tables.rows`` and ask for the faults."""
    return Tables(tmp_path)
