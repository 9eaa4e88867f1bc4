"""The one schema: what every column of every table is called, holds, means and may contain.

Loading, validation (pandera), the codebook and ``data/datapackage.json`` are all made from the
declarations here; nothing about a column is written down anywhere else.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Literal

from sahelstats.tables import vocabulary as v

Kind = Literal["text", "integer", "number", "boolean", "date", "partial_date", "category"]

ID_PATTERN = r"[A-Z]{3}-\d{8}-[a-z0-9]+(?:-[a-z0-9]+)*"
URL_PATTERN = r"https?://[^\s/]+\.[^\s]+(?: https?://[^\s/]+\.[^\s]+)*"

QUIRK_PATTERN = rf"(?:{'|'.join(v.QUIRK)})(?:; (?:{'|'.join(v.QUIRK)}))*"

OUTCOMES = ("killed", "wounded")
BASES = ("excl_attackers", "incl_attackers")
RANGE_PARTS = ("low", "best", "high", "open_above", "n_reports", "n_sources")


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Attributes
    ----------
    name, kind, meaning, unit : str
        What it is called, how it is stored, what it says and in which unit.
    required : bool
        Whether every row must have a value.
    values : dict
        For a category: each allowed value and its meaning.
    minimum, maximum : float or None
        Bounds of a number, both allowed.
    pattern : str or None
        Regular expression that the whole text must match.
    """

    name: str
    kind: Kind
    meaning: str
    unit: str = ""
    required: bool = True
    values: dict[str, str] = field(default_factory=dict)
    minimum: float | None = None
    maximum: float | None = None
    pattern: str | None = None


@dataclass(frozen=True)
class Table:
    """One CSV file: where it lies, what a row is, its columns, key and references.

    Attributes
    ----------
    name, path, row : str
        Short name, path below ``data/`` and what one row stands for.
    columns : tuple of Column
        In file order.
    key : tuple of str
        Columns that together are unique and give the sort order.
    references : dict
        Column -> (table, column) that must hold its value; values are split at ``"; "``.
    """

    name: str
    path: PurePosixPath
    row: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    references: dict[str, tuple[str, str]] = field(default_factory=dict)

    @property
    def column_names(self) -> list[str]:
        """Names of the columns in file order."""
        return [column.name for column in self.columns]

    def __getitem__(self, name: str) -> Column:
        """Return the column of that name."""
        return next(column for column in self.columns if column.name == name)


def range_column(outcome: str, basis: str, part: str) -> str:
    """Return the name of a toll column of the tidy table.

    Parameters
    ----------
    outcome : {"killed", "wounded"}
        What is counted.
    basis : {"excl_attackers", "incl_attackers"}
        Whether attackers are.
    part : str
        ``low``, ``best``, ``high``, ``open_above``, ``n_reports`` or ``n_sources``.

    Returns
    -------
    str
        Column name.

    Examples
    --------
    >>> range_column("killed", "incl_attackers", "best")
    'killed_incl_best'
    """
    return f"{outcome}_{'incl_' if basis == 'incl_attackers' else ''}{part}"


def _category(name: str, values: dict[str, str], meaning: str, required: bool = True) -> Column:
    return Column(name, "category", meaning, required=required, values=values)


_INCIDENT_ID = Column(
    "incident_id",
    "text",
    "Country, first day and place, as COUNTRY-YYYYMMDD-place; never reused.",
    pattern=ID_PATTERN,
)
_IDENTIFYING = (
    _INCIDENT_ID,
    Column("date_start", "date", "First day of the incident.", "ISO 8601 date"),
    Column("date_end", "date", "Last day of the incident.", "ISO 8601 date"),
    _category("date_precision", v.DATE_PRECISION, "How well the days are known."),
)
_PLACING = (
    _category("country", v.COUNTRIES, "Country of the incident, ISO 3166-1 alpha-3."),
    Column("admin1", "text", "First-level division, present-day name.", required=False),
    Column("place", "text", "Site, settlement or area, in words."),
    Column("latitude", "number", "WGS84 latitude.", "degrees north", False, {}, -90, 90),
    Column("longitude", "number", "WGS84 longitude.", "degrees east", False, {}, -180, 180),
    Column(
        "geo_precision",
        "integer",
        "How precisely the place is known: "
        + "; ".join(f"{code} {text.rstrip('.').lower()}" for code, text in v.GEO_PRECISION.items()),
        "code",
        True,
        {},
        1,
        5,
    ),
)
_CLASSIFYING = (
    _category("attack_type", v.ATTACK_TYPE, "How the incident was carried out."),
    _category("target_type", v.TARGET_TYPE, "Who or what was attacked."),
    _category("type_of_violence", v.TYPE_OF_VIOLENCE, "UCDP's three types of organised violence."),
)
_ATTRIBUTION = _category("attribution", v.ATTRIBUTION, "On whose word the actor is named.")
# Sources and actors come from anywhere: any ISO code will do.
_HOME = Column(
    "country", "text", "Its country, ISO 3166-1 alpha-3.", required=False, pattern="[A-Z]{3}"
)
_NOTE = Column("note", "text", "Remark for readers.", required=False)

INCIDENTS = Table(
    "incidents",
    PurePosixPath("curated/incidents.csv"),
    "one incident: an attack, battle or massacre",
    (
        *_IDENTIFYING,
        *_PLACING,
        Column("geo_source", "text", "Where the coordinates come from."),
        *_CLASSIFYING,
        Column("perpetrator", "text", "Attacking side as the sources name it."),
        Column(
            "actors", "text", "Attacking side in canonical names, lead actor first, '; ' between."
        ),
        _ATTRIBUTION,
        Column("wikipedia_title", "text", "Title of its Wikipedia article.", required=False),
        _NOTE,
        _category("review", v.REVIEW, "Whether a person has judged its claims."),
        Column("review_note", "text", "What the review found.", required=False),
    ),
    ("incident_id",),
    {"actors": ("actors", "actor")},
)

CLAIMS = Table(
    "claims",
    PurePosixPath("curated/claims.csv"),
    "one claim: one claimant's figure for one outcome and group of victims of one incident",
    (
        _INCIDENT_ID,
        Column(
            "claim_no",
            "integer",
            "Number of the claim in its incident; never reused.",
            "",
            minimum=1,
        ),
        Column("claimant", "text", "Who counted: a canonical name of sources.csv."),
        Column("relay", "text", "Who printed it, where that is somebody else.", required=False),
        Column("source", "text", "The source as the page names it."),
        Column(
            "reported_on",
            "partial_date",
            "When the figure was published; as much of the date as is known.",
            "ISO 8601 date, month or year",
            False,
        ),
        Column(
            "url",
            "text",
            "Page where the figure was read; several are separated by a blank.",
            required=False,
            pattern=URL_PATTERN,
        ),
        _category("outcome", v.OUTCOME, "What is counted."),
        _category("victims", v.VICTIMS, "Who is counted."),
        _category(
            "includes_perpetrators", v.INCLUDES_PERPETRATORS, "Whether attackers are counted."
        ),
        _category("qualifier", v.QUALIFIER, "How the claimant put the figure."),
        Column("low", "integer", "Lower bound as claimed.", "people", False, minimum=0),
        Column("best", "integer", "Figure as claimed.", "people", False, minimum=0),
        Column("high", "integer", "Upper bound as claimed.", "people", False, minimum=0),
        _category("scope", v.SCOPE, "How much of the incident the figure covers."),
        _category("status", v.STATUS, "Whether the figure stands."),
        _NOTE,
    ),
    ("incident_id", "claim_no"),
    {"incident_id": ("incidents", "incident_id"), "claimant": ("sources", "source")},
)

SOURCES = Table(
    "sources",
    PurePosixPath("curated/sources.csv"),
    "one source that makes claims",
    (
        Column("source", "text", "Canonical name."),
        _category("type", v.SOURCE_TYPE, "Kind of source."),
        Column(
            "party", "text", "Organisation behind it: sources of one party are not independent."
        ),
        _HOME,
        Column("weight", "number", "Weight in the median of reports.", "", True, {}, 0, 1),
        _NOTE,
    ),
    ("source",),
)

ACTORS = Table(
    "actors",
    PurePosixPath("curated/actors.csv"),
    "one armed actor",
    (
        Column("actor", "text", "Canonical name."),
        _category("family", v.ACTOR_FAMILY, "Family the actor belongs to."),
        _HOME,
        _NOTE,
    ),
    ("actor",),
)

PLACES = Table(
    "places",
    PurePosixPath("curated/places.csv"),
    "one capital or town used for labels and distances",
    (
        Column("place", "text", "Name as maps show it."),
        _category("kind", v.PLACE_KIND, "What it is."),
        _category("country", v.COUNTRIES, "Country, ISO 3166-1 alpha-3."),
        Column("latitude", "number", "WGS84 latitude.", "degrees north", True, {}, -90, 90),
        Column("longitude", "number", "WGS84 longitude.", "degrees east", True, {}, -180, 180),
        _NOTE,
    ),
    ("place",),
)

DROPPED_CLAIMS = Table(
    "dropped_claims",
    PurePosixPath("curated/dropped_claims.csv"),
    "one claim of the research that claims.csv no longer holds",
    (
        _INCIDENT_ID,
        Column("claim_no", "integer", "Number the claim had.", "", minimum=1),
        Column("reason", "text", "Why it was taken out, or which claim holds it now."),
    ),
    ("incident_id", "claim_no"),
    {"incident_id": ("incidents", "incident_id")},
)


def _range_columns(outcome: str, basis: str) -> tuple[Column, ...]:
    """Return the six columns of one toll."""
    who = "attackers left out" if basis == "excl_attackers" else "attackers counted"
    what = f"{outcome}, {who}"

    def integer(part: str, meaning: str, unit: str = "people", required: bool = False) -> Column:
        name = range_column(outcome, basis, part)
        return Column(name, "integer", meaning, unit, required, minimum=0)

    return (
        integer("low", f"Smallest lower bound of any complete report: {what}."),
        integer("best", f"Weighted median of the reports: {what}."),
        integer("high", f"Largest upper bound of any report: {what}."),
        Column(
            range_column(outcome, basis, "open_above"),
            "boolean",
            f"Whether the high itself is a figure its source left open upwards: {what}.",
            required=False,
        ),
        integer("n_reports", f"Reports with a figure: {what}.", "reports", True),
        integer("n_sources", f"Independent parties behind them: {what}.", "parties", True),
    )


TIDY = Table(
    "tidy",
    PurePosixPath("incidents.csv"),
    "one incident with the range of its toll",
    (
        # Imported tables bring their own ids and any country: only curated rows are held tighter.
        Column(
            "incident_id",
            "text",
            "Id of the incident; imported rows keep their producer's.",
            pattern=r"\S+",
        ),
        *_IDENTIFYING[1:],
        Column("year", "integer", "Year of the first day.", "year", True, {}, 1900, 2200),
        Column("country", "text", "Country, ISO 3166-1 alpha-3.", pattern="[A-Z]{3}"),
        *_PLACING[1:],
        *_CLASSIFYING,
        Column("actor", "text", "Lead actor of the attacking side, canonical name."),
        _category("actor_family", v.ACTOR_FAMILY, "Family of the lead actor."),
        _ATTRIBUTION,
        _category("review", v.REVIEW, "Whether a person has judged its claims."),
        Column("n_claims", "integer", "Claims on the incident, all outcomes.", "claims", minimum=0),
        Column("n_claimants", "integer", "Different claimants among them.", "claimants", minimum=0),
        *(c for outcome in OUTCOMES for basis in BASES for c in _range_columns(outcome, basis)),
        Column(
            "quirk",
            "text",
            "What is unusual about an imported row, '; ' between; empty in curated rows.",
            required=False,
            pattern=QUIRK_PATTERN,
        ),
    ),
    ("incident_id",),
)

UCDP_CROSSCHECK = Table(
    "ucdp_crosscheck",
    PurePosixPath("ucdp_crosscheck.csv"),
    "one event of UCDP GED near an incident, or one incident that has none near it",
    (
        _INCIDENT_ID,
        Column("ged_id", "integer", "UCDP's id of the event; 0 where none is near.", minimum=0),
        Column("date_start", "date", "First day of the event.", "ISO 8601 date", False),
        Column("date_end", "date", "Last day of the event.", "ISO 8601 date", False),
        Column("place", "text", "UCDP's name of the place.", required=False),
        Column(
            "geo_precision", "integer", "UCDP's `where_prec` of the place.", "code", False, {}, 1, 5
        ),
        Column("latitude", "number", "WGS84 latitude.", "degrees north", False, {}, -90, 90),
        Column("longitude", "number", "WGS84 longitude.", "degrees east", False, {}, -180, 180),
        _category("type_of_violence", v.TYPE_OF_VIOLENCE, "UCDP's type.", required=False),
        Column("side_a", "text", "First side as UCDP names it.", required=False),
        Column("side_b", "text", "Second side as UCDP names it.", required=False),
        *(
            Column(part, "integer", f"UCDP's {part} estimate of all dead, attackers too.",
                   "people", False, minimum=0)
            for part in ("low", "best", "high")
        ),
    ),
    ("incident_id", "ged_id"),
    {"incident_id": ("incidents", "incident_id")},
)  # fmt: skip

CURATED_TABLES = (INCIDENTS, CLAIMS, SOURCES, ACTORS, PLACES, DROPPED_CLAIMS)
ALL_TABLES = (TIDY, *CURATED_TABLES, UCDP_CROSSCHECK)
