"""The layouts that event files come in, told apart by their header and by nothing else."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sahelstats.tables.faults import Fault, TableError, file_fault


@dataclass(frozen=True)
class Layout:
    """One form in which a producer, or somebody between, hands out a table.

    Attributes
    ----------
    name : str
        For messages and the import report.
    producer : str
        ``ucdp-ged``, ``acled``, ``gtd`` or ``ucdp-country-year``.
    required : tuple of str
        Columns without which the file is not of this layout, as the file names them.
    numbers : tuple of str
        Columns that are read as numbers, in the names of the adapters.
    texts : tuple of str
        Columns that are read as text, in the names of the adapters; optional where not required.
    dates : tuple of str
        Columns that hold dates.
    renames : dict
        Name in the file -> name the adapters use.
    month_first : bool
        Whether the producer itself writes MM/DD/YYYY.
    """

    name: str
    producer: str
    required: tuple[str, ...]
    numbers: tuple[str, ...]
    texts: tuple[str, ...]
    dates: tuple[str, ...] = ()
    renames: dict[str, str] = field(default_factory=dict)
    month_first: bool = False

    @property
    def used(self) -> tuple[str, ...]:
        """Columns that an import reads, in the names of the adapters."""
        return (*self.numbers, *self.texts, *self.dates)


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_GED_NUMBERS = _names(
    "id type_of_violence where_prec latitude longitude country_id event_clarity date_prec deaths_a"
    " deaths_b deaths_civilians deaths_unknown best high low"
)
_GED_TEXTS = _names("code_status side_a side_b where_coordinates adm_1 country")
_GED_DATES = _names("date_start date_end")
_GED = (*_GED_NUMBERS, *_GED_TEXTS, *_GED_DATES)
_GED_RELEASE = (*_GED, "relid")
_WEB = {"best_est": "best", "high_est": "high", "low_est": "low"}
_GED_WEB = tuple({new: old for old, new in _WEB.items()}.get(name, name) for name in _GED)
_GED_READ = (_GED_NUMBERS, _GED_TEXTS, _GED_DATES)

_ACLED_NUMBERS = _names("iso time_precision latitude longitude geo_precision fatalities")
_ACLED_TEXTS = _names(
    "event_id_cnty event_type sub_event_type actor1 inter1 actor2 inter2 country admin1 location"
    " timestamp civilian_targeting"
)
_ACLED_READ = (_ACLED_NUMBERS, _ACLED_TEXTS, ("event_date",))
_ACLED = (*_ACLED_NUMBERS, *_ACLED_TEXTS[:-2], "event_date")

_GTD_NEEDED = _names(
    "eventid iyear imonth iday country_txt provstate city latitude longitude specificity"
    " attacktype1_txt targtype1_txt gname nkill nkillter nwound nwoundte"
)
_GTD_NUMBERS = _names(
    "iyear imonth iday latitude longitude specificity doubtterr suicide claimed guncertain1 nkill"
    " nkillter nwound nwoundte"
)
_GTD_TEXTS = _names(
    "eventid approxdate country_txt provstate city attacktype1_txt targtype1_txt targsubtype1_txt"
    " gname"
)

_TOTALS = tuple(
    f"{kind}_total_deaths_{part}_cy"
    for kind in ("sb", "ns", "os")
    for part in ("best", "high", "low")
)

LAYOUTS = (
    Layout("UCDP GED release or candidate file", "ucdp-ged", _GED_RELEASE, *_GED_READ),
    Layout(
        "UCDP web export of a country", "ucdp-ged", _GED_WEB, *_GED_READ, _WEB, month_first=True
    ),
    Layout(
        "UCDP GED as HDX hands it out",
        "ucdp-ged",
        (*_GED_RELEASE, "start_year", "iso3"),
        *_GED_READ,
    ),
    Layout(
        "UCDP country-year totals",
        "ucdp-country-year",
        ("country_id_cy", "country_cy", "year_cy", *_TOTALS, "version"),
        ("country_id_cy", "year_cy", *_TOTALS),
        ("country_cy", "version"),
    ),
    Layout("ACLED current export", "acled", (*_ACLED, "disorder_type"), *_ACLED_READ),
    Layout("ACLED older export (HDX)", "acled", (*_ACLED, "data_id"), *_ACLED_READ),
    Layout("GTD", "gtd", _GTD_NEEDED, _GTD_NUMBERS, _GTD_TEXTS),
)

PRODUCERS = tuple(dict.fromkeys(layout.producer for layout in LAYOUTS))


def clean_name(name: str) -> str:
    r"""Return a column's name without what spreadsheets put around it.

    Examples
    --------
    >>> clean_name('\ufeff"Event_Date" ')
    'event_date'
    """
    return name.strip().lstrip("\ufeff").strip().strip('"').strip().lower()


def recognise(names: Sequence[str], path: Path | str, producer: str = "") -> Layout:
    """Return the layout that a header belongs to.

    Parameters
    ----------
    names : sequence of str
        Column names as ``clean_name`` returns them.
    path : Path or str
        The file, for the message.
    producer : str
        Whose layout it must be; any when empty.

    Returns
    -------
    Layout
        Of those that fit, the one that asks for most columns.

    Raises
    ------
    TableError
        When none fits: names what was found, the nearest layout and the columns it lacks. When
        the file is another producer's: names the command for it.

    Examples
    --------
    >>> recognise(LAYOUTS[-1].required, "a.csv").name
    'GTD'
    """
    found = set(names)
    fitting = [layout for layout in LAYOUTS if found.issuperset(layout.required)]
    own = [layout for layout in fitting if producer in ("", layout.producer)]
    if own:
        return max(own, key=lambda layout: len(layout.required))
    if fitting:
        raise TableError([_other_producer(path, fitting[0])])
    raise TableError([_unknown(names, path, producer)])


def _other_producer(path: Path | str, layout: Layout) -> Fault:
    command = f"import {layout.producer}"
    if layout.producer == "ucdp-country-year":
        command = "check-totals"
    rule = f"holds another producer's table: {layout.name}"
    return file_fault(path, rule, f"Use `sahelstats {command}`.")


def _unknown(names: Sequence[str], path: Path | str, producer: str) -> Fault:
    """Return the fault of a header that fits no layout."""
    found = set(names)
    layouts = [layout for layout in LAYOUTS if producer in ("", layout.producer)]
    nearest = max(layouts, key=lambda layout: _share(layout, found))
    shown = ", ".join(names[:8]) + (f", ... ({len(names)} columns)" if len(names) > 8 else "")
    if _share(nearest, found) == 0:
        known = "; ".join(layout.name for layout in layouts)
        return file_fault(path, "has a header of no known layout", f"Known: {known}.", shown)
    missing = [name + _near(name, names) for name in nearest.required if name not in found]
    remedy = f"Nearest: {nearest.name}; missing there: {', '.join(missing)}."
    return file_fault(path, f"has a header of no known layout: {shown}", remedy)


def _near(name: str, names: Sequence[str]) -> str:
    """Return the column of the file that may be meant, in words."""
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.8)
    return f" (is it {near[0]!r}?)" if near else ""


def _share(layout: Layout, found: set[str]) -> float:
    return len(found.intersection(layout.required)) / len(layout.required)
