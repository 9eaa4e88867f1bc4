"""A copy of the curated tables to work on, and an incident to add to it."""

import copy
import json
import shutil

import pytest

from sahelstats.curation.curated import load_curated
from sahelstats.paths import CURATED

NEW = {
    "incident": {
        "incident_id": "MLI-20240918-testville", "date_start": "2024-09-18", "country": "MLI",
        "admin1": "Mopti", "place": 'Testville, "camp"', "latitude": 14.5, "longitude": -4.2,
        "geo_precision": 2, "geo_source": "gazetteer", "attack_type": "ambush",
        "target_type": "military", "type_of_violence": "state-based", "perpetrator": "JNIM",
        "actors": "JNIM", "attribution": "claimed",
    },
    "claims": [
        {
            "claimant": "JNIM", "relay": "RFI", "reported_on": "2024-09-20", "outcome": "killed",
            "victims": "state_forces", "includes_perpetrators": "no", "qualifier": "exact",
            "low": 12, "best": 12, "high": 12, "url": "https://example.org/a",
        },
        {
            "claimant": "Testville mayor", "reported_on": "2024-09", "outcome": "killed",
            "victims": "all", "includes_perpetrators": "no", "qualifier": "at_least", "low": 7,
            "best": 7, "high": None, "note": "soldiers, a driver",
        },
    ],
    "sources": [{"source": "Testville mayor", "type": "local_official", "country": "MLI"}],
}  # fmt: skip


@pytest.fixture(scope="session")
def curated():
    return load_curated()


@pytest.fixture
def folder(tmp_path):
    return shutil.copytree(CURATED, tmp_path / "curated")


@pytest.fixture
def new():
    """The content of a good addition, free to be spoiled."""
    return copy.deepcopy(NEW)


@pytest.fixture
def new_file(tmp_path, new):
    """Write a content as a JSON file and return its path."""

    def write(content=None):
        path = tmp_path / "new.json"
        path.write_text(json.dumps(new if content is None else content), encoding="utf-8")
        return path

    return write
