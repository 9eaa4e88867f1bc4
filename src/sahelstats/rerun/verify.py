"""``sahelstats verify``: whether the committed figures come out of the project as it now is.

The reference is ``figures/manifest.json``, which is committed, so that a fresh clone can be asked.
Notebooks are rerun in a private copy; nothing in place is touched.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sahelstats.paths import BUILD, FIGURES, NOTEBOOKS, ROOT, shown
from sahelstats.rerun.contract import find_stems, read_contract
from sahelstats.rerun.differences import count_values, difference, value_differences
from sahelstats.rerun.errors import RerunError
from sahelstats.rerun.fingerprint import Change, input_changes, read_record
from sahelstats.rerun.jobs import Job, Result
from sahelstats.rerun.order import longest_first
from sahelstats.rerun.progress import watch
from sahelstats.rerun.publishing import Places, digests, sha256
from sahelstats.rerun.scratch import temporary_folder
from sahelstats.rerun.shadow import Shadow, project_files
from sahelstats.rerun.together import cores, ended_by_signals

MANIFEST = FIGURES / "manifest.json"
KINDS = ("csv", "png", "svg")


@dataclass
class Finding:
    """What was found of one figure, or of the values of a notebook.

    Attributes
    ----------
    name : str
        ``STEM__figure``, or ``STEM, n values``.
    differences : list of str
        Empty when it is the same.
    not_compared : str
        Why nothing can be said; empty when something can.
    """

    name: str
    differences: list[str] = field(default_factory=list)
    not_compared: str = ""

    @property
    def state(self) -> str:
        """Same, differs, or not compared and why."""
        if self.not_compared:
            return f"not compared ({self.not_compared})"
        return "differs" if self.differences else "same"


@dataclass
class Verdict:
    """What was found of one notebook.

    Attributes
    ----------
    stem : str
        The notebook.
    error : str
        Why it could not be rerun; empty when it was.
    findings : list of Finding
        One for each figure, and one for the values.
    changes : list of Change
        Inputs that are not those of the manifest.
    """

    stem: str
    error: str = ""
    findings: list[Finding] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)

    @property
    def same(self) -> bool:
        """Whether everything came out as it is in place."""
        return not self.error and not any(finding.differences for finding in self.findings)

    def lines(self) -> list[str]:
        """Return the verdict as it is shown."""
        if self.error:
            return [f"{self.stem}: could not be rerun", *_indented(self.error.splitlines())]
        shown_lines = []
        for finding in self.findings:
            shown_lines.append(f"{finding.name}: {finding.state}")
            shown_lines += _indented(finding.differences)
        if self.changes:
            effect = "without effect" if self.same else "which may be why"
            shown_lines.append(f"{self.stem}: inputs that changed since, {effect}:")
            shown_lines += _indented([str(change) for change in self.changes])
        elif not self.same:
            shown_lines.append(
                f"{self.stem}: every recorded input is the same; what is left: versions of"
                " packages, the machine, or an edit of the files in place"
            )
        return shown_lines


def verify(names: Sequence[str] = (), workers: int = 0, cold: bool = False) -> list[Verdict]:
    """Rerun notebooks in a temporary folder and compare with the committed figures.

    Parameters
    ----------
    names : sequence of str
        Notebooks as `find_stem` takes them; all when empty.
    workers : int
        How many notebooks at once; 0 for as many as there are cores.
    cold : bool
        Whether every kernel starts afresh.

    Returns
    -------
    list of Verdict
        One for each notebook.

    Raises
    ------
    RerunError
        When a notebook is not known, or there is no manifest to compare with.
    """
    chosen = find_stems(names)
    manifest = _manifest()
    parameters = [read_contract(NOTEBOOKS / f"{stem}.ipynb").parameters for stem in chosen]
    files = {path: sha256(ROOT / path) for path in project_files(chosen, parameters)}
    jobs = longest_first([Job(stem) for stem in chosen])
    with temporary_folder() as folder:
        with ended_by_signals(), Shadow(Path(folder)) as shadow, watch(jobs) as show:
            shadow.hold(files, lambda path: (ROOT / path).read_bytes())
            results = shadow.run(jobs, workers=workers or cores(), cold=cold, on_event=show)
        results.sort(key=lambda result: chosen.index(result.job.stem))
        return [_verdict(result, manifest) for result in results]


def _manifest() -> dict[str, Any]:
    """Return the committed manifest."""
    try:
        return dict(json.loads(MANIFEST.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise RerunError(
            f"{shown(MANIFEST)} cannot be read ({error}): there is nothing to compare with."
            " Restore it from git, or `make`"
        ) from None


def _verdict(result: Result, manifest: Mapping[str, Any]) -> Verdict:
    """Return what a rerun in the copy says about the files in place."""
    stem = result.job.stem
    if result.places is None:
        # Where the notebook was kept is not told: the copy is gone when this is read.
        kept = "As far as it ran"
        lines = [line for line in result.error.splitlines() if not line.strip().startswith(kept)]
        return Verdict(stem, error="\n".join(lines))
    record = read_record(result.places, stem)
    assert record is not None
    entries = {name: entry for name, entry in manifest.items() if name.startswith(f"{stem}__")}
    names = sorted({f"{stem}__{name}" for name in record["figures"]} | entries.keys())
    findings = [_figure(name, entries.get(name), result.places) for name in names]
    findings.append(_values(stem, entries, result.places))
    return Verdict(stem, "", findings, _changes(stem, entries, record))


def _figure(name: str, entry: Mapping[str, Any] | None, places: Places) -> Finding:
    """Compare the files of one figure with those the manifest names and those in place."""
    finding = Finding(name)
    if entry is None:
        finding.differences.append("the manifest does not name it")
        return finding
    for kind in KINDS:
        said = entry["files"].get(kind, "")
        new, old = (folder / f"{name}.{kind}" for folder in (places.figures, FIGURES))
        if not old.is_file():
            finding.differences.append(f"{kind}: {shown(old)} is missing")
        elif sha256(old) != said:
            finding.differences.append(f"{kind}: {shown(old)} is not the file the manifest names")
        if not new.is_file():
            finding.differences.append(f"{kind}: the rerun did not draw it")
        elif sha256(new) != said:
            was = old.read_bytes() if old.is_file() else None
            where = "another file" if was is None else difference(kind, was, new.read_bytes())
            if where:  # else the file in place is new as well, which was said
                finding.differences.append(f"{kind}: {where}")
    return finding


def _values(stem: str, entries: Mapping[str, Any], places: Places) -> Finding:
    """Compare the values with the manifest's digest; which differ, only build/values can tell."""
    new = places.values / f"{stem}.json"
    old = BUILD / "values" / f"{stem}.json"
    finding = Finding(f"{stem}, {count_values(new):,} values")
    said = {entry["values_sha256"] for entry in entries.values() if "values_sha256" in entry}
    digest = sha256(new)
    if not said and not old.is_file():
        finding.not_compared = f"neither the manifest nor {shown(old)} tells what they were"
        return finding
    if said == {digest} or (not said and sha256(old) == digest):
        return finding
    if not old.is_file() or (said and {sha256(old)} != said):
        finding.differences.append(
            f"which, cannot be told: {shown(old)} is missing or not what the manifest names"
        )
    else:
        finding.differences += value_differences(old.read_bytes(), new.read_bytes())
    return finding


def _changes(stem: str, entries: Mapping[str, Any], record: Mapping[str, Any]) -> list[Change]:
    """Return the inputs that are not those the manifest names."""
    found: list[Change] = []
    earlier = read_record(Places.of(), stem)
    for entry in entries.values():
        was, now = _flat(entry["made_from"]), _flat(digests(record))
        if earlier is not None and digests(earlier) == entry["made_from"]:
            # The record of this clone's own run tells one file of the package from another.
            was["package"] = earlier["inputs"]["package"]
            now["package"] = record["inputs"]["package"]
        found += [change for change in input_changes(was, now) if change not in found]
    return found


def _flat(made_from: Mapping[str, Any]) -> dict[str, Any]:
    """Return an entry of the manifest with the names that a record has."""
    names = {"package_sha256": "package", "notebook_sha256": "notebook"}
    names |= {"environment_sha256": "environment"}
    return {names.get(name, name): value for name, value in made_from.items()}


def _indented(lines: Sequence[str]) -> list[str]:
    return [f"    {line}" for line in lines]
