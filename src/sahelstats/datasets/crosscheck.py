"""UCDP's record as something to compare with: the committed cross-check, or an imported table."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from sahelstats.datasets.actors import identify, in_lake_chad
from sahelstats.paths import DATA
from sahelstats.tables.loading import load_incidents, load_table
from sahelstats.tables.schema import BASES, INCIDENTS, TIDY, UCDP_CROSSCHECK, range_column

#: Where UCDP GED begins, for every country.
FIRST_DAY = pd.Timestamp("1989-01-01")


@dataclass(frozen=True)
class Record:
    """What a producer's record holds, and which incidents it could hold.

    Attributes
    ----------
    events : DataFrame
        Tidy rows of UCDP GED.
    countries : frozenset of str
        Countries whose events are among them, ISO 3166-1 alpha-3.
    last : Timestamp
        Last day covered.
    candidate : bool
        Whether the release is one of the monthly candidate events, which are revised later.
    looked_up : frozenset of str or None
        Incidents that were looked up, where the events are only those near them; None for a whole
        record.
    """

    events: pd.DataFrame
    countries: frozenset[str]
    last: pd.Timestamp
    candidate: bool = False
    looked_up: frozenset[str] | None = None


def load_crosscheck(path: Path | str | None = None) -> pd.DataFrame:
    """Load the cross-check: UCDP events near the project's incidents.

    Parameters
    ----------
    path : Path or str, optional
        Default ``data/ucdp_crosscheck.csv``.

    Returns
    -------
    DataFrame
        One row per incident and event; ``ged_id`` is 0 where an incident has no event near.

    Raises
    ------
    TableError
        Lists every fault of the file when it has any.

    Examples
    --------
    >>> bool((load_crosscheck()["ged_id"] == 0).any())
    True
    """
    return load_table(DATA / UCDP_CROSSCHECK.path if path is None else path, UCDP_CROSSCHECK)


def record_of_crosscheck(crosscheck: pd.DataFrame) -> Record:
    """Return the record that a cross-check holds.

    Parameters
    ----------
    crosscheck : DataFrame
        As ``load_crosscheck`` returns it.

    Returns
    -------
    Record
        Each event once; it reaches to the end of the year of the last incident looked up, in the
        countries of the incidents looked up.

    Examples
    --------
    >>> record = record_of_crosscheck(load_crosscheck())
    >>> record.events["incident_id"].is_unique
    True
    """
    found = crosscheck[crosscheck["ged_id"] > 0].drop_duplicates("ged_id").reset_index(drop=True)
    country = found["incident_id"].str.slice(0, 3)
    actors = [
        _actor(row, code) for row, code in zip(found.to_dict("records"), country, strict=True)
    ]
    events = found.assign(
        incident_id="UCDP-" + found["ged_id"].astype(str),
        country=country,
        year=found["date_start"].dt.year.astype("Int64"),
        # The cross-check holds no precision of dates: its events were chosen by their day.
        date_precision="day",
        actor=[actor for actor, _ in actors],
        actor_family=[family for _, family in actors],
        attribution=found["type_of_violence"].eq("one-sided").map({True: "coded", False: "side"}),
    )
    for part in ("low", "best", "high"):
        without, with_attackers = (range_column("killed", basis, part) for basis in BASES)
        events[without] = pd.array([pd.NA] * len(events), dtype="Int64")
        events[with_attackers] = found[part]
    events[[range_column("killed", basis, "open_above") for basis in BASES]] = False
    kept = [name for name in TIDY.column_names if name in events]
    looked_up = frozenset(crosscheck["incident_id"])
    last_year = max(int(incident[4:8]) for incident in looked_up)
    return Record(
        events[kept],
        frozenset(incident[:3] for incident in looked_up),
        pd.Timestamp(last_year, 12, 31),
        looked_up=looked_up,
    )


def _actor(event: dict[str, object], country: str) -> tuple[str, str]:
    """Return the actor of an event and its family: of a state's opponent and the state, it."""
    side_a, side_b = str(event["side_a"]), str(event["side_b"])
    rebels = event["type_of_violence"] == "state-based" and not side_b.startswith("Government of")
    lake_chad = in_lake_chad(country, float(str(event["longitude"])))
    return identify(side_b if rebels else side_a, country, lake_chad)


def points_from_ucdp() -> set[str]:
    """Return the project's incidents whose point was taken from UCDP: it tests nothing.

    Returns
    -------
    set of str
        Ids of the curated incidents whose ``geo_source`` names UCDP.

    Examples
    --------
    >>> "MLI-20120117-aguelhok" in points_from_ucdp()
    True
    """
    incidents = load_table(DATA / INCIDENTS.path, INCIDENTS)
    return set(incidents["incident_id"][incidents["geo_source"].str.contains("UCDP", na=False)])


def load_record(path: Path | str) -> Record:
    """Load an imported table of UCDP GED as a record.

    Parameters
    ----------
    path : Path or str
        Tidy CSV file that ``sahelstats import ucdp-ged`` wrote; the import report beside it, where
        there is one, tells whether it is of candidate events.

    Returns
    -------
    Record
        It reaches to the end of the year of its last event; of candidate events, of the month.

    Raises
    ------
    TableError
        Lists every fault of the file when it has any.
    ValueError
        When the table is not one of UCDP GED.
    """
    events = load_incidents(path)
    strange = events["incident_id"][~events["incident_id"].str.startswith("UCDP-")]
    if len(strange):
        raise ValueError(
            f"{path} is no table of UCDP GED: it holds the incident {strange.iloc[0]}. "
            "Import one with: sahelstats import ucdp-ged FILE"
        )
    candidate = _is_candidate(Path(path))
    end = pd.offsets.MonthEnd(0) if candidate else pd.offsets.YearEnd(0)
    last = pd.Timestamp(events["date_start"].max()) + end
    return Record(events, frozenset(events["country"].unique()), last, candidate)


def _is_candidate(path: Path) -> bool:
    """Return whether the import report names a candidate release, such as 26.0.8."""
    report = path.with_name(f"{path.stem}.import.json")
    if not report.exists():
        return False
    version = json.loads(report.read_text(encoding="utf-8")).get("version", "")
    return str(version).count(".") >= 2


def why_not_covered(table: pd.DataFrame, record: Record) -> pd.Series:
    """Return for each incident why a record could not hold it.

    Parameters
    ----------
    table : DataFrame
        Tidy incidents.
    record : Record
        What is compared with.

    Returns
    -------
    Series of str
        ``after_record``, ``before_record``, ``other_country``, ``not_looked_up`` or ``no_point``
        (ours lacks one, so nothing can be near it); empty where the record could hold it.

    Examples
    --------
    >>> record = record_of_crosscheck(load_crosscheck())
    >>> table = load_incidents().query("incident_id == 'MLI-20240917-bamako'")
    >>> why_not_covered(table, record).tolist()
    ['after_record']
    """
    why = pd.Series("", index=table.index, dtype=object)
    if record.looked_up is not None:
        why[~table["incident_id"].isin(record.looked_up)] = "not_looked_up"
    why[table["latitude"].isna()] = "no_point"
    why[~table["country"].isin(record.countries)] = "other_country"
    why[table["date_start"] < FIRST_DAY] = "before_record"
    why[table["date_start"] > record.last] = "after_record"
    return why
