"""Real files where they are, and a folder for small ones."""

import os
from pathlib import Path

import pytest
from producers import GED, ged, text, write

SHARED = Path(os.environ.get("SAHELSTATS_SHARED", Path(__file__).resolve().parents[3] / "shared"))


@pytest.fixture(scope="session")
def shared():
    if not SHARED.exists():
        pytest.skip("the real files are not here (../shared, or SAHELSTATS_SHARED)")
    return SHARED


@pytest.fixture
def ged_file(tmp_path):
    """Writes rows as a UCDP GED release and returns the file."""

    def write_rows(*rows, name="ged.csv"):
        return write(tmp_path / name, text(GED, rows or (ged(1), ged(2))))

    return write_rows
