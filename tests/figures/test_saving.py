"""The CSV behind a figure: the same bytes again, numbers intact, no formula for a spreadsheet."""

import csv
import io

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sahelstats.figures.saving import data_csv, guarded, read_data_csv, unguarded
from sahelstats.paths import FIGURES

FORMULAS = ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1+1", "\r=1+1", "\n=1+1", "\uff1d1", "=", "-"]


def cells(text):
    """Return the cells as a spreadsheet meets them."""
    return list(csv.reader(io.StringIO(text, newline="")))


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_is_led_by_an_apostrophe_and_comes_back(text):
    frame = pd.DataFrame({"place": [text, "Gao"], "n": [1, 2]})
    written = data_csv(frame)
    assert cells(written)[1][0] == f"'{text}"
    assert read_data_csv(io.StringIO(written, newline=""))["place"].tolist() == [text, "Gao"]


@pytest.mark.parametrize("text", ["=a", "@b"])
def test_names_of_columns_are_guarded_too(text):
    written = data_csv(pd.DataFrame({text: [1]}))
    assert cells(written)[0] == [f"'{text}"]
    assert list(read_data_csv(io.StringIO(written))) == [text]


def test_a_formula_in_a_category_is_guarded():
    written = data_csv(pd.DataFrame({"kind": pd.Categorical(["=a", "b", "=a"])}))
    assert [row[0] for row in cells(written)[1:]] == ["'=a", "b", "'=a"]


def test_two_columns_of_one_name_are_both_guarded():
    frame = pd.DataFrame([["=a", "=b"]], columns=["x", "x"])
    assert cells(data_csv(frame))[1] == ["'=a", "'=b"]


@pytest.mark.parametrize("number", ["-0.5", "+3", "-1e-05", "-7", "-.5"])
def test_numbers_are_left_alone_as_numbers_and_as_text(number):
    value = float(number)
    frame = pd.DataFrame(
        {"number": [value], "text": [number], "mixed": pd.Series([value], dtype=object)}
    )
    row = cells(data_csv(frame))[1]
    assert float(row[0]) == value
    assert row[1] == number
    assert float(row[2]) == value


def test_missing_cells_stay_empty_and_dates_plain():
    frame = pd.DataFrame(
        {
            "day": pd.to_datetime(["2024-09-17", None]),
            "text": pd.Series(["a", None], dtype="string"),
            "n": pd.Series([1, None], dtype="Int64"),
        }
    )
    assert data_csv(frame) == "day,text,n\n2024-09-17,a,1\n,,\n"


def test_the_frame_itself_is_not_changed():
    frame = pd.DataFrame({"place": ["=a"]})
    data_csv(frame)
    assert frame.loc[0, "place"] == "=a"


@given(st.text(alphabet="'=+-@\t\r\n1.eaé\uff1d ", max_size=6))
@settings(max_examples=400, deadline=None)
def test_any_text_comes_back_and_never_begins_like_a_formula(text):
    safe = guarded(text)
    assert unguarded(safe) == text
    begins = safe[:1] in tuple("=+-@\t\r\n\uff1d")
    assert not begins or np.isfinite(float(safe))


def test_no_cell_of_the_figures_in_git_begins_like_a_formula():
    found = []
    for path in sorted(FIGURES.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as stream:
            found += [cell for row in csv.reader(stream) for cell in row if guarded(cell) != cell]
    assert found == []
    assert len(list(FIGURES.glob("*.csv"))) > 20
