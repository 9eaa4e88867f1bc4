"""A private copy of the project: what runs there touches nothing of the project itself.

The copy holds the package, the notebooks, the data and the lock file, and a process of its own
(``child``) that runs jobs in it as the project's own runner does.
"""

from __future__ import annotations

import contextlib
import glob
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import IO, Any

from sahelstats.files import write_atomic
from sahelstats.paths import ROOT
from sahelstats.rerun.errors import RerunError
from sahelstats.rerun.inputs import PASSED_OVER
from sahelstats.rerun.jobs import Event, Job, Result
from sahelstats.rerun.publishing import LOCK_FILE, Places, sha256
from sahelstats.rerun.tracing import PACKAGE

#: Seconds that a process of a copy has to end its kernels.
_GRACE = 5.0
_LAST_LINES = 12


class Shadow:
    """A private copy of the project and the process that runs jobs in it.

    Parameters
    ----------
    root : Path
        An empty folder, which the copy may fill; its owner removes it.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._process: subprocess.Popen[str] | None = None
        self._said: list[str] = []
        # With the compiled modules, which stay valid as long as the dates do.
        shutil.copytree(PACKAGE, root / "src" / PACKAGE.name, copy_function=shutil.copy2)

    def __enter__(self) -> Shadow:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def hold(self, files: Mapping[str, str], content: Callable[[str], bytes]) -> None:
        """Make the copy hold exactly these notebooks, data files and lock file.

        Parameters
        ----------
        files : mapping
            Path in the project -> sha256.
        content : callable
            Path -> content; asked only for what the copy does not hold yet.

        Raises
        ------
        ValueError
            When a path leads out of the copy, or a content is not what its sha256 says.
        """
        for name, digest in files.items():
            target = self.root / safe_path(name)
            if target.is_file() and sha256(target) == digest:
                continue
            write_atomic(target, content(name))
            if sha256(target) != digest:
                target.unlink()
                raise ValueError(f"{name} is not what its sha256 says")
        for folder in ("data", "notebooks"):
            for path in (self.root / folder).rglob("*"):
                if path.is_file() and path.relative_to(self.root).as_posix() not in files:
                    path.unlink()

    def run(
        self,
        jobs: Sequence[Job],
        *,
        workers: int = 1,
        cold: bool = False,
        on_event: Callable[[Event], None] | None = None,
    ) -> list[Result]:
        """Run jobs in the copy.

        Parameters
        ----------
        jobs : sequence of Job
            As for ``run_jobs``.
        workers : int
            How many at once.
        cold : bool
            Whether every kernel starts afresh.
        on_event : callable, optional
            As for ``run_jobs``.

        Returns
        -------
        list of Result
            In the order of the jobs, with places in the copy.

        Raises
        ------
        RerunError
            When the process of the copy ended before its time.
        """
        process = self._started()
        asked = {"jobs": [asdict(job) for job in jobs], "workers": workers, "cold": cold}
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(json.dumps(asked) + "\n")
            process.stdin.flush()
            for line in process.stdout:
                told = json.loads(line)
                if "results" in told:
                    return [
                        _result(job, one) for job, one in zip(jobs, told["results"], strict=True)
                    ]
                if on_event is not None:
                    number, *rest = told["event"]
                    on_event(Event(jobs[number], *rest))
        except (OSError, ValueError) as error:
            self._said.append(str(error))
        except BaseException:  # Ctrl-C: its kernels must end, too
            self.close()
            raise
        self.close()
        said = self._said[-_LAST_LINES:]
        raise RerunError("the process that runs notebooks in a copy of the project ended:", said)

    def close(self) -> None:
        """End the process of the copy and what it started."""
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(OSError):
            if process.stdin is not None:
                process.stdin.close()  # it ends its kernels and itself
        try:
            process.wait(_GRACE)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(OSError):
                if os.name == "posix":
                    os.killpg(process.pid, signal.SIGKILL)
                else:
                    process.kill()
            process.wait()
        if process.stdout is not None:
            process.stdout.close()

    def _started(self) -> subprocess.Popen[str]:
        """Return the process, started when it is not there yet."""
        if self._process is None or self._process.poll() is not None:
            self.close()
            environment = os.environ | {
                "PYTHONPATH": str(self.root / "src"),
                "SAHELSTATS_ROOT": str(self.root),
            }
            self._process = subprocess.Popen(
                [sys.executable, "-m", "sahelstats.rerun.child"], cwd=self.root, env=environment,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                encoding="utf-8", start_new_session=True,
            )  # fmt: skip
            assert self._process.stderr is not None
            threading.Thread(target=self._listen, args=(self._process.stderr,), daemon=True).start()
        return self._process

    def _listen(self, stream: IO[str]) -> None:
        """Keep the last lines that the process says, for the message when it fails."""
        with stream:
            for line in stream:
                self._said.append(line.rstrip())
                del self._said[:-_LAST_LINES]


def safe_path(name: str) -> Path:
    """Return a path in the project as a path, refusing one that leads out of it.

    Parameters
    ----------
    name : str
        With forward slashes, relative to the project.

    Returns
    -------
    Path
        The same.

    Raises
    ------
    ValueError
        When it is absolute, has ``..`` in it, or leads elsewhere than notebooks, data and the lock
        file.

    Examples
    --------
    >>> safe_path("data/../../x")
    Traceback (most recent call last):
    ...
    ValueError: the path 'data/../../x' leads out of the project
    """
    path = PurePosixPath(name)
    inside = path.parts[:1] in (("data",), ("notebooks",)) or name == LOCK_FILE.name
    if path.is_absolute() or ".." in path.parts or "\\" in name or ":" in name or not inside:
        raise ValueError(f"the path {name!r} leads out of the project")
    return Path(path)


def project_files(stems: Iterable[str], parameters: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the files of the project that runs of some notebooks may need.

    Parameters
    ----------
    stems : iterable of str
        The notebooks.
    parameters : iterable of mapping
        Their parameters: an imported table goes along only when one of them names it.

    Returns
    -------
    list of str
        Paths in the project: the notebooks, all data but imported tables, what the parameters
        name, the lock file.
    """
    found = {ROOT / "notebooks" / f"{stem}.ipynb" for stem in stems} | {LOCK_FILE}
    data = ROOT / "data"
    for path in data.rglob("*"):
        name = path.relative_to(ROOT).as_posix()
        if not name.startswith(PASSED_OVER) and not path.name.startswith("."):
            found.add(path)
    for values in parameters:
        for value in values.values():
            if isinstance(value, str) and value.startswith("data/"):
                named = data / safe_path(value).relative_to("data")
                # What the import said of a table lies beside it: NAME.import.json.
                beside = named.parent.glob(f"{glob.escape(named.stem)}.*")
                found |= set(named.rglob("*")) if named.is_dir() else {named, *beside}
    return sorted(path.relative_to(ROOT).as_posix() for path in found if path.is_file())


def _result(job: Job, told: Mapping[str, Any]) -> Result:
    places = told["places"]
    where = None if places is None else Places(**{k: Path(v) for k, v in places.items()})
    return Result(job, where, told["error"], told["seconds"])
