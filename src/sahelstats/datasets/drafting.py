"""A tidy table in the making: every record gets there, or is turned away with every reason."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from sahelstats.boundaries import MAX_KM_OUTSIDE, countries, km_outside
from sahelstats.datasets.actors import LAKE_CHAD_FROM, identify, in_lake_chad
from sahelstats.datasets.cells import Cells
from sahelstats.datasets.values import DateOrder, by_unique
from sahelstats.tables import vocabulary as v
from sahelstats.tables.faults import TableError, file_fault, shorten
from sahelstats.tables.schema import BASES, OUTCOMES, TIDY, range_column

Mask = np.ndarray

#: Largest whole number that is taken for one: beyond it the reading loses digits.
MOST = 10**15


@dataclass
class Draft:
    """The columns of a tidy table, aligned with the records they come from.

    Attributes
    ----------
    cells : Cells
        The records.
    order : {"auto", "dmy", "mdy"}
        How dates with the year last are read.
    columns : dict
        Column of the tidy table -> array, one value per record.
    reasons : dict
        Position of a record -> why it cannot be used.
    quirks : dict
        Quirk -> the records that have it.
    """

    cells: Cells
    order: DateOrder = "auto"
    columns: dict[str, Any] = field(default_factory=dict)
    reasons: dict[int, list[str]] = field(default_factory=dict)
    quirks: dict[str, Mask] = field(default_factory=dict)
    _ids: np.ndarray = field(default_factory=lambda: np.empty(0))
    _settled: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        for row, reason in no_records(self.cells).items():
            self.reasons[row] = [reason]
            self._settled.add(row)
        for row in self.cells.too_long:
            self.reasons[int(row)] = ["has more cells than the header: an unquoted separator"]

    def __len__(self) -> int:
        return len(self.cells.frame)

    # ---- turning records away ------------------------------------------------------------------

    def reject(self, rows: Mask, reason: str, column: str = "") -> None:
        """Turn records away, with the value of a column beside the reason."""
        for row in np.flatnonzero(rows):
            if row in self._settled:
                continue
            words = reason
            if column:
                words = (
                    f"{column} {shorten(as_text(self.cells.frame.at[int(row), column]))!r} {reason}"
                )
            self.reasons.setdefault(int(row), []).append(words)

    def flag(self, quirk: str, rows: Mask) -> None:
        """Note what is unusual about some records."""
        if rows.any():
            self.quirks[quirk] = self.quirks.get(quirk, np.zeros(len(self), bool)) | rows

    @property
    def rejected(self) -> Mask:
        """Records that cannot be used."""
        rows = np.zeros(len(self), dtype=bool)
        rows[list(self.reasons)] = True
        return rows

    # ---- values ----------------------------------------------------------------------------------

    def number(self, name: str) -> np.ndarray:
        """Return a column as numbers; turns away what is none."""
        values, bad = self.cells.numbers(name)
        self.reject(bad, "is not a number", name)
        return values

    def whole(self, name: str, needed: bool = False) -> np.ndarray:
        """Return a column as whole numbers from 0 (NaN where empty); turns away all else."""
        values = self.number(name)
        known = ~np.isnan(values)
        fraction = known & (values != np.floor(values))
        self.reject(fraction, "is not a whole number", name)
        self.reject(known & (values < 0), "is negative", name)
        huge = known & (values > MOST)
        self.reject(huge, "is too large to be a count or an id", name)
        if needed:
            empty = ~known & ~self.cells.numbers(name)[1]
            self.reject(empty, f"{name} is empty: the row may be cut short")
        return np.where(huge, np.nan, values)

    def coded(self, name: str, codes: Mapping[int, Any], empty: Any = None) -> np.ndarray:
        """Return what a column's codes mean; turns away codes that mean nothing."""
        values = self.number(name)
        found = np.full(len(values), empty, dtype=object)
        known = np.isnan(values) & (empty is not None)
        for code, meaning in codes.items():
            rows = values == code
            found[rows] = meaning
            known |= rows
        bad = ~known & ~self.cells.numbers(name)[1]
        self.reject(bad, f"is none of {', '.join(map(str, codes))}", name)
        return found

    def matched(self, name: str, meanings: Mapping[str, str], otherwise: str) -> np.ndarray:
        """Return what a column's words mean, case ignored."""
        codes, texts = by_unique(self.cells.text(name))
        found = texts.str.strip().str.lower().map(meanings).fillna(otherwise)
        return found.to_numpy(dtype=object)[codes]

    def dates(self, first: str, last: str) -> tuple[np.ndarray, np.ndarray]:
        """Return first and last day; turns away records without one, and with the two swapped."""
        names = [first] if first == last else [first, last]
        found = self.cells.days(names, self.order)
        for name, (_, bad) in zip(names, found, strict=True):
            self.reject(bad, "is not a date", name)
        start, end = found[0][0], found[-1][0]
        missing = np.isnat(start) & ~found[0][1]
        self.reject(missing, f"{first} is empty")
        no_end = np.isnat(end) & ~np.isnat(start) & ~found[-1][1]
        self.flag("end_from_start", no_end)
        end = np.where(no_end, start, end)
        self.check_days(start, end)
        return start, end

    def check_days(self, start: np.ndarray, end: np.ndarray) -> None:
        """Turn away records that end before they begin, or lie in the future."""
        tomorrow = np.datetime64("today") + np.timedelta64(1, "D")
        self.reject(end < start, "the last day is before the first")
        self.reject((start > tomorrow) | (end > tomorrow), "the date lies in the future")
        self.reject(start < np.datetime64("1900-01-01"), "the date is before 1900")

    def ids(self, ids: np.ndarray, prefix: str) -> None:
        """Set the ids, from texts or whole numbers."""
        whole = np.nan_to_num(ids).astype(np.int64) if ids.dtype.kind == "f" else ids
        self._ids = whole
        named = np.empty(len(ids), dtype=object)
        named[:] = [f"{prefix}{text}" for text in whole.tolist()]
        self.columns["incident_id"] = named

    def coordinates(self) -> None:
        """Set latitude and longitude; 0, 0 stands for an unknown place and is left empty."""
        latitude, longitude = self.number("latitude"), self.number("longitude")
        zero = (latitude == 0) & (longitude == 0)
        self.flag("coordinates_zero", zero)
        latitude, longitude = (np.where(zero, np.nan, values) for values in (latitude, longitude))
        self.reject(np.abs(latitude) > 90, "lies beyond the poles", "latitude")
        self.reject(np.abs(longitude) > 180, "lies beyond 180 degrees", "longitude")
        alone = np.isnan(latitude) != np.isnan(longitude)
        self.reject(alone & ~self.rejected, "one coordinate stands without the other")
        self.columns |= {"latitude": latitude, "longitude": longitude}

    def place(self, name: str, division: str, country: str, unnamed: tuple[str, ...] = ()) -> None:
        """Set place and division; where no place is named the division or country stands there."""
        place, admin = self.cells.text(name), self.cells.text(division)
        codes, texts = by_unique(place)
        stripped = texts.str.strip()
        empty = stripped.str.lower().isin(["", *unnamed]).to_numpy()[codes]
        place_text = stripped.to_numpy(dtype=object)[codes]
        admin_text = _stripped(admin)
        if empty.any():
            self.flag("place_not_named", empty)
            whole = _stripped(self.cells.text(country))
            place_text = np.where(empty, np.where(admin_text == "", whole, admin_text), place_text)
        self.columns |= {"place": place_text, "admin1": admin_text}

    def actors(self, names: np.ndarray) -> None:
        """Set actor and family from producers' names; needs country and longitude."""
        longitude = self.columns["longitude"]
        name_codes, name_list = pd.factorize(names)
        country_codes, country_list = pd.factorize(self.columns["country"])
        # One number for each name, country and side of the line that parts Niger.
        keys = (name_codes * len(country_list) + country_codes) * 2 + (longitude >= LAKE_CHAD_FROM)
        codes, different = pd.factorize(keys)
        pairs = np.empty((len(different), 2), dtype=object)
        for place, key in enumerate(different):
            rest, east = divmod(int(key), 2)
            name, country = divmod(rest, len(country_list))
            lake_chad = in_lake_chad(str(country_list[country]), east * LAKE_CHAD_FROM)
            pairs[place] = identify(str(name_list[name]), str(country_list[country]), lake_chad)
        self.columns |= {"actor": pairs[codes, 0], "actor_family": pairs[codes, 1]}

    def toll(self, outcome: str, basis: str, **figures: np.ndarray) -> None:
        """Set the figures of one toll; parts that are not given stay empty."""
        nothing = np.full(len(self), np.nan)
        for part in ("low", "best", "high"):
            self.columns[range_column(outcome, basis, part)] = figures.get(part, nothing)

    # ---- the table -------------------------------------------------------------------------------

    def table(self) -> pd.DataFrame:
        """Return the records that can be used as a tidy table, numbered anew."""
        self._reject_twins()
        keep = ~self.rejected
        self._flag_ranges()
        self._flag_outside(keep)
        # Mostly every record is kept, and a slice, unlike a mask, copies nothing.
        kept = slice(None) if keep.all() else keep
        columns = {name: np.asarray(values)[kept] for name, values in self.columns.items()}
        count = int(keep.sum())
        columns["quirk"] = self._quirk_texts()[kept]
        columns["year"] = columns["date_start"].astype("datetime64[Y]").astype(int) + 1970
        columns["review"] = np.full(count, "unreviewed", dtype=object)
        columns |= _counts(columns, count)
        return pd.DataFrame(
            {column.name: typed_array(columns[column.name], column) for column in TIDY.columns}
        )

    def _reject_twins(self) -> None:
        """Turn away records of which the id stands before, in a record that can be used."""
        rows = np.flatnonzero(~self.rejected)
        for row in rows[pd.Series(self._ids[rows]).duplicated().to_numpy()]:
            name = self.columns["incident_id"][row]
            self.reasons.setdefault(int(row), []).append(f"{name} stands there before")

    def _flag_ranges(self) -> None:
        """Flag ranges whose bounds the producer left out of order."""
        for outcome in OUTCOMES:
            for basis in BASES:
                low, best, high = (
                    self.columns[range_column(outcome, basis, part)]
                    for part in ("low", "best", "high")
                )
                self.flag("low_above_best", low > best)
                self.flag("high_below_best", best > high)
                self.flag("low_above_high", low > high)

    def _flag_outside(self, keep: Mask) -> None:
        """Flag points that lie outside their country, as the validation would find them."""
        country = self.columns["country"]
        codes, names = pd.factorize(country)
        known = np.isin(names, list(countries()))[codes]
        rows = np.flatnonzero(keep & known & ~np.isnan(self.columns["latitude"]))
        if len(rows):
            longitude, latitude = self.columns["longitude"][rows], self.columns["latitude"][rows]
            outside = np.zeros(len(self), dtype=bool)
            far = km_outside(longitude, latitude, country[rows]) > MAX_KM_OUTSIDE
            outside[rows] = far
            if far.mean() > 0.5:
                self._refuse_swapped(longitude[far], latitude[far], country[rows][far])
            self.flag("outside_country", outside)

    def _refuse_swapped(
        self, longitude: np.ndarray, latitude: np.ndarray, country: np.ndarray
    ) -> None:
        """Raise when most points lie outside their country, and in it the other way round."""
        possible = np.abs(longitude) <= 90
        inside = np.zeros(len(country), dtype=bool)
        inside[possible] = (
            km_outside(latitude[possible], longitude[possible], country[possible]) <= MAX_KM_OUTSIDE
        )
        if inside.mean() > 0.5:
            rule = f"latitude and longitude are swapped in {int(inside.sum()):,} of its rows"
            remedy = "Give each column its own name, or get the file anew from its producer."
            found = f"latitude {latitude[inside][0]:g}, longitude {longitude[inside][0]:g}"
            path = self.cells.source.path
            raise TableError([file_fault(path, rule, remedy, f"{found} in {country[inside][0]}")])

    def _quirk_texts(self) -> np.ndarray:
        """Return each record's quirks as the table holds them."""
        bits = np.zeros(len(self), dtype=np.int64)
        for place, quirk in enumerate(v.QUIRK):
            if quirk in self.quirks:
                bits |= self.quirks[quirk].astype(np.int64) << place
        codes, values = pd.factorize(bits)
        texts = [
            "; ".join(quirk for place, quirk in enumerate(v.QUIRK) if value >> place & 1)
            for value in values
        ]
        return np.array(texts, dtype=object)[codes]


def no_records(cells: Cells) -> dict[int, str]:
    """Return the rows that are no records at all, and what they are.

    Parameters
    ----------
    cells : Cells
        Of a file.

    Returns
    -------
    dict
        Position of an empty row, or of one that repeats the header -> which of the two.
    """
    frame, layout = cells.frame, cells.layout
    # One column that every record fills tells which rows need a closer look.
    name = (layout.dates or layout.texts)[-1]
    codes, texts = by_unique(frame[name])
    plain = texts.str.strip().str.lower()
    found = {}
    for row in np.flatnonzero(plain.isin(["", name]).to_numpy(bool)[codes]):
        held = {column: as_text(cell).strip() for column, cell in frame.iloc[int(row)].items()}
        named = sum(str(column) == text.lower() for column, text in held.items())
        if not any(held.values()):
            found[int(row)] = "the row is empty"
        elif 2 * named > len(held):
            found[int(row)] = "the row repeats the header"
    return found


def as_text(cell: object) -> str:
    """Return a cell as the file has it: numbers without a point that only the reading put there.

    Examples
    --------
    >>> as_text(4.0), as_text(float("nan")), as_text("Kati"), as_text(1.5)
    ('4', '', 'Kati', '1.5')
    """
    if isinstance(cell, float):
        return "" if cell != cell else f"{cell:.15g}"
    return str(cell)


def _stripped(cells: pd.Series) -> np.ndarray:
    codes, texts = by_unique(cells)
    return texts.str.strip().to_numpy(dtype=object)[codes]


def _counts(columns: dict[str, Any], count: int) -> dict[str, np.ndarray]:
    """Return how many figures the producer gives: it is one claimant with one report of each."""
    found: dict[str, Any] = {}
    figures = np.zeros(count, dtype=int)
    for outcome in OUTCOMES:
        told = np.zeros(count, dtype=bool)
        for basis in BASES:
            best = columns[range_column(outcome, basis, "best")]
            high = columns[range_column(outcome, basis, "high")]
            known = ~np.isnan(best)
            told |= known
            found[range_column(outcome, basis, "n_reports")] = known.astype(int)
            found[range_column(outcome, basis, "n_sources")] = known.astype(int)
            # Whether a figure is open upwards is known only where the producer sets a bound.
            open_above = np.where(np.isnan(high), np.nan, 0.0)
            found[range_column(outcome, basis, "open_above")] = open_above
        figures += told
    return found | {"n_claims": figures, "n_claimants": np.minimum(figures, 1)}


def typed_array(values: np.ndarray, column: Any) -> Any:
    """Return values as the tidy table stores a column of that kind.

    Parameters
    ----------
    values : array
        Numbers and flags with NaN, texts with "" where there is none, or days.
    column : Column
        Of the schema.

    Returns
    -------
    array
        Of the dtype that ``load_incidents`` gives the column.
    """
    if column.kind == "integer":
        missing = np.isnan(values) if values.dtype.kind == "f" else np.zeros(len(values), bool)
        whole = np.where(missing, 1, values).astype(np.int64)
        return pd.arrays.IntegerArray(whole, missing)
    if column.kind == "boolean":
        missing = np.isnan(values)
        return pd.arrays.BooleanArray(np.nan_to_num(values).astype(bool), missing)
    if column.kind == "category":
        codes, found = pd.factorize(values)
        places = pd.Index(list(column.values)).get_indexer(found)
        kind = pd.CategoricalDtype(list(column.values))
        return pd.Categorical.from_codes(places[codes], dtype=kind, validate=False)
    if column.kind == "date":
        return values.astype("datetime64[us]")
    if column.kind == "number":
        return values.astype(float)
    if column.name in TIDY.key:
        return pd.array(values, dtype="string")  # each is another, and none is empty
    codes, found = pd.factorize(values)
    return pd.array(np.where(found == "", pd.NA, found), dtype="string").take(codes)


#: Fills a draft from the cells of one producer.
Adapter = Callable[[Draft], None]
