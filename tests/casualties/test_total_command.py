"""``sahelstats total``: numbers against sums by hand and total_by, formats, faults."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from sahelstats.casualties import incident_distributions, total, total_by
from sahelstats.casualties.total_table import Asked, totals
from sahelstats.cli import app
from sahelstats.paths import INCIDENTS
from sahelstats.tables import load_claims, load_incidents

PATH = str(INCIDENTS)


def run(*arguments: str) -> tuple[int, str, str]:
    found = CliRunner().invoke(app, ["total", PATH, *arguments])
    return found.exit_code, found.stdout, found.stderr


def rows_of(*arguments: str) -> pd.DataFrame:
    code, out, _ = run(*arguments, "--format", "csv")
    assert code == 0
    return pd.read_csv(io.StringIO(out))


def test_sums_by_hand() -> None:
    table = load_incidents()
    found = rows_of("--by", "year", "--model", "triangular")
    sums = table.groupby("year")[["killed_low", "killed_best", "killed_high"]].sum()
    assert found["year"].tolist() == sums.index.tolist()
    assert found["n_incidents"].tolist() == table.groupby("year").size().tolist()
    for part in ("low", "best", "high"):
        assert found[part].tolist() == sums[f"killed_{part}"].tolist()
    missing = table[["killed_low", "killed_best", "killed_high"]].isna().all(axis=1)
    assert found["n_missing"].sum() == missing.sum()
    assert (found["lower"] >= found["low"]).all() and (found["upper"] <= found["high"]).all()


def test_the_same_as_total_by() -> None:
    table = load_incidents()
    found = rows_of("--by", "country", "--by", "year", "--level", "0.8")
    wanted = total_by(table, ["country", "year"], "reported", level=0.8)
    assert found[["lower", "upper", "mean"]].to_numpy() == pytest.approx(
        wanted[["lower", "upper", "mean"]].to_numpy(), rel=1e-8, nan_ok=True
    )
    assert found["method"].tolist() == wanted["method"].tolist()


def test_model_claims_takes_the_pooled_reports() -> None:
    table = load_incidents()
    tolls = incident_distributions(table, "claims", claims=load_claims())
    found = rows_of("--model", "claims", "--dependence", "comonotonic").iloc[0]
    assert (found["lower"], found["upper"]) == total(tolls, "comonotonic").interval(0.9)
    assert found["n_missing"] == tolls.n_missing


def test_json_holds_rows_and_assumption() -> None:
    code, out, err = run("--by", "country", "--basis", "incl_attackers", "--format", "json")
    assert code == 0 and err == ""
    content = json.loads(out)
    table = load_incidents()
    assert content["n_incidents"] == len(table)
    assert content["n_missing"] == sum(row["n_missing"] for row in content["totals"])
    assert "model reported, independent errors" in " ".join(content["assumption"])
    assert "attackers counted" in content["assumption"][0]
    assert {row["country"] for row in content["totals"]} == set(table["country"])


def test_the_table_for_people() -> None:
    code, out, _ = run("--by", "year")
    assert code == 0
    table = load_incidents()
    for year in sorted(set(table["year"])):
        assert sum(line.split()[:1] == [str(year)] for line in out.splitlines()) == 1
    assert f"{len(table):,} incidents" in out
    assert "have no best figure" in out and "model reported, independent errors" in out
    assert "90%" in out and "envelope" in out
    upper_only = table["killed_best"].isna() & table["killed_high"].notna()
    assert upper_only.sum() == 1
    assert "1 has an upper bound alone and no best figure" in out


def test_csv_keeps_the_statement_apart() -> None:
    code, out, err = run("--model", "uniform", "--dependence", "0.3", "--format", "csv")
    assert code == 0 and len(out.splitlines()) == 2
    assert "one shared error (rho = 0.3)" in err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--by", "province"], "lacks column(s): province"),
        (["--by", "year", "--by", "year"], "given twice"),
        (["--model", "claim"], "did you mean 'claims'"),
        (["--dependence", "none"], "unknown dependence 'none'"),
        (["--dependence", "1"], "between 0 and 1"),
        (["--basis", "all"], "unknown basis 'all'"),
        (["--outcome", "wounded"], "nothing on wounded"),
        (["--level", "90"], "level must lie between 0 and 1"),
        (["--model", "claims", "--kappa", "-1"], "kappa must be 0 or more"),
        (["--format", "xml"], "unknown format 'xml'"),
        (["--model", "claims", "--claims", "nowhere.csv"], "there is no file nowhere.csv"),
    ],
)
def test_bad_input(arguments: list[str], message: str) -> None:
    code, out, err = run(*arguments)
    assert code == 1 and out == ""
    assert message in err and "Traceback" not in err
    assert len(err.strip().splitlines()) == 1


def test_bad_files(tmp_path: Path) -> None:
    found = CliRunner().invoke(app, ["total", str(tmp_path / "none.csv")])
    assert found.exit_code == 1 and "there is no file" in found.stderr
    empty = tmp_path / "table.csv"
    empty.write_text("a,b\n1,2\n", encoding="utf-8")
    found = CliRunner().invoke(app, ["total", str(empty)])
    assert found.exit_code == 1 and "column" in found.stderr


def test_an_imported_table_has_no_claims(tmp_path: Path) -> None:
    copy = tmp_path / "table.csv"
    copy.write_bytes(INCIDENTS.read_bytes())
    with pytest.raises(ValueError, match="needs the claims behind"):
        totals(Asked(copy, model="claims"))
    made, statement = totals(Asked(copy, ("country",), "pert"))
    assert len(made) == load_incidents()["country"].nunique()
    assert "model pert" in statement
