"""Tables the geography tests share: invented ones, and the real files if they are there."""

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sahelstats import load_incidents
from sahelstats.geography import country_codes

ROOT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("SAHELSTATS_SHARED", ROOT.parent / "shared"))
UCDP = ("mali", "burkina_faso", "ivory_coast", "togo", "benin")


def _need(path: Path) -> Path:
    if not path.exists():
        pytest.skip(f"real file {path} is not here (../shared, or SAHELSTATS_SHARED)")
    return path


@pytest.fixture(scope="session")
def curated() -> pd.DataFrame:
    """The project's own incidents."""
    return load_incidents()


@pytest.fixture(scope="session")
def ucdp() -> pd.DataFrame:
    """UCDP GED events of five countries in the tidy columns the room needs."""
    folder = _need(SHARED / "data" / "ucdp")
    raw = pd.concat(
        [
            # A trailing comma in every row would otherwise shift the columns by one.
            pd.read_csv(folder / f"web_export_{c}.csv", index_col=False, low_memory=False)
            for c in UCDP
        ],
        ignore_index=True,
    )
    return pd.DataFrame(
        {
            "incident_id": raw["id"].astype(str),
            "date_start": pd.to_datetime(raw["date_start"], format="%m/%d/%Y %H:%M:%S"),
            "country": country_codes(raw["country"]),
            "admin1": raw["adm_1"],
            "place": raw["where_coordinates"],
            "latitude": raw["latitude"],
            "longitude": raw["longitude"],
            "geo_precision": raw["where_prec"].astype("Int64"),
            "killed_low": raw["low_est"].astype("Int64"),
            "killed_best": raw["best_est"].astype("Int64"),
            "killed_high": raw["high_est"].astype("Int64"),
        }
    ).assign(year=lambda t: t["date_start"].dt.year)


@pytest.fixture
def make() -> Callable[..., pd.DataFrame]:
    """Return a maker of invented tables around the Liptako-Gourma."""

    def table(n: int = 60, seed: int = 1, years: int = 6, spread: float = 1.0) -> pd.DataFrame:
        rng = np.random.default_rng(seed)
        day = np.datetime64("2015-01-01") + rng.integers(0, years * 365, n)
        made = pd.DataFrame({"date_start": day.astype("datetime64[ns]")})
        return made.assign(
            incident_id=[f"X-{k}" for k in range(n)],
            year=made["date_start"].dt.year,
            country=rng.choice(["MLI", "BFA", "NER"], n),
            latitude=14 + spread * rng.normal(0, 1, n),
            longitude=0 + spread * rng.normal(0, 1.5, n),
            geo_precision=pd.array(rng.choice([1, 2, 3, 4], n), dtype="Int64"),
            killed_best=pd.array(rng.poisson(5, n), dtype="Int64"),
        )

    return table
