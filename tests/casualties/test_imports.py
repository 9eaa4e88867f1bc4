"""The package is light to import, and offers what it says."""

from __future__ import annotations

import subprocess
import sys

import sahelstats.casualties as casualties


def test_every_name_is_there() -> None:
    for name in casualties.__all__:
        assert getattr(casualties, name) is not None
    assert set(casualties.__all__) == set(casualties._MODULE_OF)


def test_importing_loads_nothing_heavy() -> None:
    code = (
        "import sys, sahelstats.casualties as c; early = set(sys.modules)\n"
        "c.total(c.ReportedDeaths([3, 4], 1)).interval(0.9)\n"
        "print([m for m in ('numpy', 'pandas', 'scipy') if m in early],\n"
        "      [m for m in ('matplotlib', 'statsmodels', 'pandas') if m in sys.modules])"
    )
    path = ":".join(p for p in sys.path if p)
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": path},
        text=True,
        capture_output=True,
        check=True,
    )
    assert done.stdout.split() == ["[]", "[]"]
