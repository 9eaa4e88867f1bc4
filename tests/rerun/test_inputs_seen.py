"""What a notebook reads is an input of its run, whichever library opens the file."""

import json
import shutil
import sqlite3
import sys

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.orc
import pyarrow.parquet
import pytest
from clones import code, runs_in, simple_cells

FRAME = pd.DataFrame({"a": [1, 2, 3]})
MAP = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "properties": {"a": 1},
            "geometry": {"type": "Point", "coordinates": [0, 13]},
        }
    ],
}

#: What a notebook does -> the inputs under data/ that its record must name.
WAYS = {
    'pd.read_parquet("data/r/x.parquet")': ["x.parquet"],
    'pd.read_parquet(Path("data/r/x.parquet"), filters=[("a", ">", 1)])': ["x.parquet"],
    'pd.read_parquet(Path("data/r/x.parquet").resolve().as_uri())': ["x.parquet"],
    'pd.read_parquet("data/r/parts")': ["parts/", "parts/1.parquet", "parts/2.parquet"],
    'pq.read_table(source="data/r/x.parquet")': ["x.parquet"],
    'pq.ParquetFile("data/r/x.parquet").read()': ["x.parquet"],
    'pq.read_metadata("data/r/x.parquet")': ["x.parquet"],
    'ds.dataset(["data/r/parts/1.parquet"]).to_table()': ["parts/1.parquet"],
    'pyarrow.csv.read_csv("data/r/x.csv")': ["x.csv"],
    'pyarrow.csv.open_csv(input_file="data/r/x.csv")': ["x.csv"],
    'pyarrow.json.read_json("data/r/x.json")': ["x.json"],
    'pyarrow.feather.read_table("data/r/x.feather")': ["x.feather"],
    'pd.read_feather("data/r/x.feather")': ["x.feather"],
    'pyarrow.orc.read_table("data/r/x.orc")': ["x.orc"],
    'pyarrow.memory_map("data/r/x.csv")': ["x.csv"],
    'pyarrow.input_stream("data/r/x.csv").read()': ["x.csv"],
    'geopandas.read_file("data/r/x.geojson")': ["x.geojson"],
    'geopandas.read_file("data/r/x.shp")': ["x.cpg", "x.dbf", "x.prj", "x.shp", "x.shx"],
    'geopandas.read_file("zip://data/r/map.zip!x.shp")': ["map.zip"],
    'pyogrio.read_info("data/r/x.geojson")': ["x.geojson"],
    'sqlite3.connect("data/r/x.db").execute("select * from t").fetchall()': ["x.db"],
    'sqlite3.connect("file:data/r/x.db?mode=ro", uri=True)': ["x.db"],
    'np.load("data/r/x.npy", mmap_mode="r")': ["x.npy"],
    'np.memmap("data/r/x.npy", mode="r")': ["x.npy"],
    'zipfile.ZipFile("data/r/map.zip").namelist()': ["map.zip"],
    'sorted(Path("data/r/parts").glob("*"))': ["parts/"],
    # What no library tells of, and how a notebook tells of it.
    'pyarrow.fs.LocalFileSystem().open_input_file("data/r/x.csv").read()': [],
    'pyarrow.fs.LocalFileSystem().open_input_file(reads("data/r/x.csv")).read()': ["x.csv"],
    'reads(Path("data/r/parts"))': ["parts/", "parts/1.parquet", "parts/2.parquet"],
}
IMPORTS = """
import sqlite3, zipfile
import pandas as pd
from pathlib import Path
import geopandas, pyarrow, pyarrow.csv, pyarrow.feather, pyarrow.fs, pyarrow.json, pyarrow.orc
import pyogrio, pyarrow.dataset as ds, pyarrow.parquet as pq, numpy as np
from sahelstats.notebook import reads
"""


@pytest.fixture(scope="module")
def files(clone):
    """A clone with one small file of every kind."""
    folder = clone.root / "data/r"
    (folder / "parts").mkdir(parents=True)
    for name in ("x", "parts/1", "parts/2"):
        FRAME.to_parquet(folder / f"{name}.parquet")
    FRAME.to_csv(folder / "x.csv", index=False)
    FRAME.to_feather(folder / "x.feather")
    FRAME.to_json(folder / "x.json", orient="records", lines=True)
    pyarrow.orc.write_table(pa.table(FRAME), folder / "x.orc")
    np.save(folder / "x.npy", np.arange(3))
    with sqlite3.connect(folder / "x.db") as connection:
        connection.execute("create table t (a)")
    connection.close()
    (folder / "x.geojson").write_text(json.dumps(MAP), encoding="utf-8")
    geopandas = pytest.importorskip("geopandas")
    (folder.parent / "map").mkdir()
    geopandas.read_file(folder / "x.geojson").to_file(folder.parent / "map/x.shp")
    shutil.make_archive(str(folder / "map"), "zip", folder.parent / "map")
    for path in (folder.parent / "map").iterdir():
        path.rename(folder / path.name)
    return clone


#: Starts the trace as a kernel does, and tells what each way has added to it.
SEEN = """
import json, sys, tempfile
from pathlib import Path
from sahelstats.rerun import tracing

tracing.start()
found, space = {}, {}
imports, ways = json.loads(sys.argv[1])
exec(imports, space)
for way in ways:
    tracing._opened.clear()
    tracing._listed.clear()
    exec(way, space)
    tracing.write(tempfile.gettempdir())
    told = json.loads(Path(tempfile.gettempdir(), tracing.FILE).read_text())
    found[way] = [name.removeprefix("data/r/") for name in told["data"]]
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def seen(files, tmp_path_factory):
    """What the trace says of every way to read."""
    asked = json.dumps([IMPORTS, list(WAYS)])
    folder = str(tmp_path_factory.mktemp("t"))
    result = files.run(sys.executable, "-c", SEEN, asked, TMPDIR=folder)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


@pytest.mark.parametrize("way", WAYS)
def test_what_is_read_is_seen(seen, way):
    assert seen[way] == sorted(WAYS[way])


def test_cold_and_warm_kernels_keep_a_record_of_it(files):
    """Warm ones have imported some of the libraries before they know what is theirs."""
    for stem, name in (("01_file", "x.parquet"), ("02_folder", "parts")):
        files.notebook(stem, [*simple_cells(), code(f'pd.read_parquet("data/r/{name}")')])
    files.notebook(
        "03_map", [*simple_cells(), code(IMPORTS + 'geopandas.read_file("data/r/x.shp")')]
    )
    for how in ("--cold", "-j2"):
        result = files.sahelstats("rerun", how)
        assert result.returncode == 0, result.stderr
        assert used(files, "01_file") == ["x.parquet"]
        assert used(files, "02_folder") == ["parts/", "parts/1.parquet", "parts/2.parquet"]
        assert used(files, "03_map") == ["x.cpg", "x.dbf", "x.prj", "x.shp", "x.shx"]
    (files.root / "notebooks/03_map.ipynb").unlink()


def used(clone, stem):
    """Return the data that a run's record names, beneath the test's own folder."""
    record = json.loads(clone.read(f"build/record/{stem}.json"))
    return [p.removeprefix("data/r/") for p in record["inputs"]["data"] if p.startswith("data/r/")]


def made_again(clone, *stems):
    """Run make, which must succeed and run exactly these notebooks."""
    result = clone.make("figures")
    assert result.returncode == 0, result.stderr
    assert runs_in(result.stdout) == sorted(stems)


def test_a_notebook_runs_again_when_its_parquet_changes_and_only_then(files):
    files.notebook("01_file", [*simple_cells(), code('pd.read_parquet("data/r/x.parquet")')])
    files.notebook("02_folder", [*simple_cells(), code('pd.read_parquet("data/r/parts")')])
    files.notebook("03_neither")
    made_again(files, "01_file", "02_folder", "03_neither")
    made_again(files)
    FRAME.to_parquet(files.root / "data/r/other.parquet")
    files.touch("data/r/x.parquet")
    made_again(files)
    FRAME.assign(b=1).to_parquet(files.root / "data/r/x.parquet")
    made_again(files, "01_file")
    FRAME.assign(a=7).to_parquet(files.root / "data/r/parts/2.parquet")
    made_again(files, "02_folder")
    FRAME.to_parquet(files.root / "data/r/parts/3.parquet")
    made_again(files, "02_folder")
    (files.root / "data/r/parts/1.parquet").unlink()
    made_again(files, "02_folder")
    made_again(files)


def test_a_sweep_notices_a_new_part_of_a_folder(files):
    files.notebook("02_folder", [*simple_cells(), code('pd.read_parquet("data/r/parts")')])
    files.write("sweep.yaml", "notebooks: [02]\ngrid:\n  steps: [4]\n")
    for runs in (1, 0):
        result = files.sahelstats("rerun", "--sweep", "sweep.yaml")
        assert f"1 runs: {runs} run" in result.stdout
    FRAME.to_parquet(files.root / "data/r/parts/4.parquet")
    result = files.sahelstats("rerun", "--sweep", "sweep.yaml")
    assert "1 runs: 1 run" in result.stdout


def test_a_declared_file_that_is_not_there_is_an_error(files):
    files.notebook(
        "01_file", simple_cells(last='from sahelstats.notebook import reads\nreads("no")')
    )
    result = files.sahelstats("rerun", "01_file")
    assert result.returncode == 1
    assert "FileNotFoundError: there is no no to read" in result.stderr
