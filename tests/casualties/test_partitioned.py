"""Totals of a Parquet folder: the numbers of `total_by` in memory, however the rows are cut."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from sahelstats.casualties import MODELS, partitioned, tallies, total_by, total_by_parquet
from sahelstats.cli import app
from sahelstats.tables import load_claims, load_incidents

pytest.importorskip("dask")
pytest.importorskip("pyarrow")

FIGURES = ["killed_low", "killed_best", "killed_high"]
NUMBERS = ["low", "best", "high", "mean", "q025", "q05", "q50", "q95", "q975", "lower", "upper"]
Store = Callable[[pd.DataFrame], Path]


@pytest.fixture(name="table", scope="module")
def _table() -> pd.DataFrame:
    rng = np.random.default_rng(7)
    n = 3_000
    best = np.minimum(np.floor(1.6 * rng.pareto(1.3, n)), 90).astype(int)
    table = pd.DataFrame(
        {
            "incident_id": [f"i{k}" for k in range(n)],
            "country": rng.choice(["MLI", "NER", "BFA"], n),
            "year": rng.integers(2020, 2024, n),
            "type_of_violence": rng.choice(["state-based", "non-state", "one-sided"], n),
            "killed_low": np.maximum(best - rng.integers(0, 4, n), 0),
            "killed_best": best,
            "killed_high": best + rng.integers(0, 9, n),
        }
    ).astype({"year": "Int64"} | dict.fromkeys(FIGURES, "Int64"))
    table.loc[::17, FIGURES] = pd.NA
    table.loc[5::101, FIGURES[:2]] = pd.NA  # up to n
    table.loc[7::211, "killed_high"] = 0  # below best: out of order
    table.loc[9::211, "killed_low"] = pd.NA
    table.loc[3, ["country", "year"]] = pd.NA
    # A group without any figure.
    table.loc[table["year"].eq(2021) & table["country"].eq("NER"), FIGURES] = pd.NA
    # Rows whose low would lie above their high are errors: give them a low that does not.
    crossed = (table["killed_low"] > table["killed_high"]).fillna(False)
    table.loc[crossed, "killed_low"] = 0
    return table


def one_file(table: pd.DataFrame, folder: Path) -> None:
    table.to_parquet(folder / "all.parquet", row_group_size=len(table))


def row_groups(table: pd.DataFrame, folder: Path) -> None:
    table.to_parquet(folder / "all.parquet", row_group_size=170)


def many_files(table: pd.DataFrame, folder: Path) -> None:
    for k in range(23):
        table.iloc[k::23].to_parquet(folder / f"part.{k}.parquet")


def by_year(table: pd.DataFrame, folder: Path) -> None:
    table.to_parquet(folder, partition_cols=["year", "country"])


def sorted_and_categorical(table: pd.DataFrame, folder: Path) -> None:
    table = table.sort_values("killed_best").astype({"country": "category"})
    for k, part in enumerate(np.array_split(np.arange(len(table)), 4)):
        own = table.iloc[part].assign(
            country=lambda t: t["country"].cat.remove_unused_categories().cat.rename_categories(str)
        )
        own.to_parquet(folder / f"{k}.parquet")


CUTS = [one_file, row_groups, many_files, by_year, sorted_and_categorical]


def assert_same(made: pd.DataFrame, wanted: pd.DataFrame, by: list[str]) -> None:
    assert list(made.columns) == list(wanted.columns)
    assert len(made) == len(wanted)
    for frame in (made, wanted):
        for name in by:
            frame[name] = frame[name].astype(str).replace("<NA>", "nan")
    made, wanted = (f.sort_values(by, ignore_index=True) if by else f for f in (made, wanted))
    assert made[by].to_numpy().tolist() == wanted[by].to_numpy().tolist()
    for name in ("n_incidents", "n_missing", "low", "best", "high"):
        assert made[name].fillna(-1).tolist() == wanted[name].fillna(-1).tolist(), name
    for name in NUMBERS[3:]:
        np.testing.assert_allclose(made[name], wanted[name], rtol=1e-9, atol=1e-9, err_msg=name)
    assert made["method"].tolist() == wanted["method"].tolist()


@pytest.mark.parametrize("cut", CUTS)
@pytest.mark.parametrize("model", ["triangular", "reported"])
def test_the_numbers_do_not_depend_on_the_cut(
    table: pd.DataFrame, tmp_path: Path, cut: Callable[..., None], model: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(partitioned, "ROWS_AT_ONCE", 137)
    monkeypatch.setattr(partitioned, "ROWS_PER_PIECE", 400)
    monkeypatch.setattr(partitioned, "MERGED_AT_ONCE", 3)
    cut(table, tmp_path)
    for by in (["country", "year"], []):
        wanted = total_by(table, by, model, level=0.8)
        for scheduler in ("synchronous", "threads"):
            made = total_by_parquet(tmp_path, by, model, level=0.8, scheduler=scheduler)
            assert_same(made, wanted.copy(), by)


@pytest.mark.parametrize("dependence", ["comonotonic", 0.3])
@pytest.mark.parametrize("model", [model for model in MODELS if model != "claims"])
def test_every_model_and_dependence(
    table: pd.DataFrame, tmp_path: Path, model: str, dependence: str | float
) -> None:
    few = table.head(400)
    many_files(few, tmp_path)
    made = total_by_parquet(tmp_path, "country", model, dependence, level=0.9)
    assert_same(made, total_by(few, "country", model, dependence, level=0.9), ["country"])


def test_model_claims_keeps_incidents_apart(tmp_path: Path) -> None:
    table, claims = load_incidents(), load_claims()
    many_files(table, tmp_path)
    for basis in ("excl_attackers", "incl_attackers"):
        asked = {"claims": claims, "basis": basis, "level": 0.9, "kappa": 0.5}
        made = total_by_parquet(tmp_path, "year", "claims", **asked)
        assert_same(made, total_by(table, "year", "claims", **asked), ["year"])
    table.head(3).to_parquet(tmp_path / "again.parquet")
    with pytest.raises(ValueError, match=r"3 row.*incident_id given twice"):
        total_by_parquet(tmp_path, "year", "claims", claims=claims)


def test_the_tally_is_small(table: pd.DataFrame) -> None:
    plan = tallies.Plan(("year",), "killed", "excl_attackers", violence=True)
    once = tallies.tally_frame(table, plan)
    often = tallies.merged([once] * 1_000)
    assert len(often.rows) == len(once.rows) < len(table)
    assert often.rows["times"].sum() == 1_000 * len(table)


def test_faults_of_all_files_stand_in_one_message(table: pd.DataFrame, tmp_path: Path) -> None:
    bad = table.copy()
    bad.loc[[10, 1000, 2000, 2001, 2500, 2999], FIGURES] = [9, 5, 2]
    bad.loc[44, FIGURES] = [-1, 0, 1]
    many_files(bad, tmp_path)
    with pytest.raises(ValueError, match=r"6 row\(s\): killed_low is above") as caught:
        total_by_parquet(tmp_path, "year", scheduler="synchronous")
    assert "1 row(s): negative killed_low, _best or _high: i44" in str(caught.value)
    assert len({"i10", "i1000", "i2000", "i2001", "i2500", "i2999"} & _words(caught.value)) == 5


def _words(error: ValueError) -> set[str]:
    return set(str(error).replace(",", " ").replace(";", " ").split())


def test_refusals(table: pd.DataFrame, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="there is no file or folder"):
        total_by_parquet(tmp_path / "none", "year")
    with pytest.raises(ValueError, match="Parquet"):
        total_by_parquet(tmp_path, "year")
    many_files(table, tmp_path)
    with pytest.raises(ValueError, match=r"lacks column\(s\): region"):
        total_by_parquet(tmp_path, "region")
    with pytest.raises(ValueError, match="did you mean 'pert'"):
        total_by_parquet(tmp_path, "year", "perts")
    bad = table.head(30).assign(type_of_violence=None)
    bad.to_parquet(tmp_path / "part.0.parquet")
    with pytest.raises(ValueError, match=r"row\(s\): missing type_of_violence: i1, i2"):
        total_by_parquet(tmp_path, "year", "reported")
    table.head(30).to_parquet(tmp_path / "part.0.parquet")
    table.drop(columns="killed_low").to_parquet(tmp_path / "part.7.parquet")
    with pytest.raises(ValueError, match=r"part\.7\.parquet lacks column\(s\): killed_low"):
        total_by_parquet(tmp_path, "year")
    (tmp_path / "part.1.parquet").write_text("no parquet", encoding="utf-8")
    with pytest.raises(ValueError, match="Parquet"):
        total_by_parquet(tmp_path, "year")


def test_the_command_takes_a_folder(table: pd.DataFrame, tmp_path: Path) -> None:
    folder = tmp_path / "events.parquet"
    folder.mkdir()
    many_files(table, folder)
    found = CliRunner().invoke(
        app, ["total", str(folder), "--by", "country", "--model", "pert", "--format", "json"]
    )
    assert found.exit_code == 0, found.stderr
    content = json.loads(found.stdout)
    wanted = total_by(table, "country", "pert", level=0.9)
    assert [row["country"] for row in content["totals"]] == ["BFA", "MLI", "NER", None]
    np.testing.assert_allclose(
        [row["upper"] for row in content["totals"]], wanted["upper"], rtol=1e-9
    )
    words = " ".join(content["assumption"])
    assert "have an upper bound alone and no best figure" in words
    assert "bounds out of order, widened to contain the best figure" in words
    found = CliRunner().invoke(app, ["total", str(tmp_path), "--model", "claims"])
    assert found.exit_code == 1 and "needs the claims behind" in found.stderr
