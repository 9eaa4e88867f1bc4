"""How long a file as large as a UCDP GED release takes, from the file to the tidy table on disk.

The file is made in a temporary folder by repeating real rows with new ids, and removed afterwards.
Every point is moved by up to 0.01 degrees, so that no two rows share one: a release repeats its
places less often than a file of repeated rows would, and what is worked out once for each point
must be paid for each row.

    python benchmarks/importing.py [FILE ...]      files of UCDP GED to repeat

Without files it takes the exports in ../shared; without those it says so and does nothing.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from sahelstats.paths import ROOT

ROWS = 385_000
SHARED = Path(os.environ.get("SAHELSTATS_SHARED", ROOT.parent / "shared")) / "data" / "ucdp"
WEB = {"best_est": "best", "high_est": "high", "low_est": "low"}


def exported(path):
    """Return a web export as text; its rows end in a comma that the header lacks."""
    with open(path, encoding="utf-8") as stream:
        names = stream.readline().strip().split(",")
    return pd.read_csv(
        path, names=[*names, ""], header=0, usecols=names, dtype=str, keep_default_na=False
    )


def real_rows(files):
    """Return the rows of some files with the columns of a release."""
    frames = [exported(file) for file in files]
    frame = pd.concat([frame.rename(columns=WEB) for frame in frames], ignore_index=True).fillna("")
    for name in ("date_start", "date_end"):
        day = frame[name].str.split(" ").str[0]
        frame[name] = pd.to_datetime(day, format="mixed").dt.strftime("%Y-%m-%d 00:00:00.000")
    return frame.assign(gwnoa="", gwnob="")


def write_release(files, path):
    """Write a file of the size of a release."""
    frame = real_rows(files)
    frame = pd.concat([frame] * (ROWS // len(frame) + 1), ignore_index=True).iloc[:ROWS]
    shift = np.random.default_rng(1).uniform(-0.01, 0.01, (ROWS, 2))
    for column, name in enumerate(("latitude", "longitude")):
        frame[name] = (frame[name].astype(float) + shift[:, column]).map("{:.6f}".format)
    frame.assign(id=np.arange(1, ROWS + 1)).to_csv(path, index=False)


def imported(path):
    """Import a file; print seconds and memory of this process."""
    from sahelstats.datasets.writing import import_to

    wall, cpu = time.perf_counter(), time.process_time()
    report = import_to(path.with_suffix(".tidy.csv"), path, "ucdp-ged", "25.1")
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"import   {report['rows']['imported']:,} rows of {path.stat().st_size / 1e6:.0f} MB: "
        f"{wall:.1f} s ({cpu:.1f} s of work), {memory:.0f} MB; goal 5 s, 1,000 MB"
    )


def matched(path):
    """Match the project's incidents with an imported table; print seconds."""
    from sahelstats import load_incidents
    from sahelstats.datasets import match_events

    own, other = load_incidents().head(300), load_incidents(path)
    wall, cpu = time.perf_counter(), time.process_time()
    pairs = match_events(own, other)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    print(
        f"match    {len(own)} with {len(other):,} rows: {wall:.1f} s ({cpu:.1f} s of work), "
        f"{len(pairs)} pairs; goal 5 s"
    )


def plain_pandas(path):
    """Read the same columns with pandas alone, as the least that reading can cost."""
    from sahelstats.datasets.layouts import LAYOUTS

    layout = LAYOUTS[0]
    kinds = dict.fromkeys(layout.numbers, float) | dict.fromkeys(layout.texts + layout.dates, str)
    wall, cpu = time.perf_counter(), time.process_time()
    pd.read_csv(path, usecols=list(kinds), dtype=kinds, keep_default_na=False)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    print(f"pandas   reading those {len(kinds)} columns alone: {wall:.1f} s ({cpu:.1f} s of work)")


STEPS = {"import": imported, "match": matched, "pandas": plain_pandas}


def main():
    if len(sys.argv) == 4 and sys.argv[1] == "--step":
        STEPS[sys.argv[2]](Path(sys.argv[3]))
        return []
    files = sys.argv[1:] or sorted(SHARED.glob("web_export_*.csv"))
    if not files:
        print("importing: no files of UCDP GED are here; name some")
        return []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ged.csv"
        write_release(files, path)
        # A process of its own for each: what one leaves in memory is not counted for the next.
        said = []
        for step in ("pandas", "import", "import", "import", "match"):
            target = path.with_suffix(".tidy.csv") if step == "match" else path
            command = [sys.executable, __file__, "--step", step, str(target)]
            done = subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE)
            print(done.stdout, end="", flush=True)
            said += done.stdout.splitlines()
    return said


if __name__ == "__main__":
    if lines := main():
        from results import write_section

        write_section(
            "Importing a release of UCDP GED",
            "`python benchmarks/importing.py`, on real rows repeated with moved points.\n\n"
            + "\n".join(f"* {line}" for line in lines),
        )
