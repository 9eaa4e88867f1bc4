"""Where two results differ: the cell, the value, the share of pixels."""

import io
import json

import matplotlib.image
import numpy as np
import pytest

from sahelstats.rerun import shadow
from sahelstats.rerun.differences import (
    byte_difference,
    csv_difference,
    difference,
    png_difference,
    value_differences,
)
from sahelstats.rerun.fingerprint import input_changes, outside_files


def png(pixels):
    buffer = io.BytesIO()
    matplotlib.image.imsave(buffer, pixels, format="png")
    return buffer.getvalue()


def test_the_share_of_pixels_is_counted():
    white = np.ones((20, 50, 3))
    other = white.copy()
    other[3, 10:15] = 0  # five of a thousand
    other[7, 2, 1] = 0  # one more, in one colour only
    told = png_difference(png(white), png(other))
    assert told.startswith("0.60% of the pixels (6), from row 3, column 2 to row 7, column 14")


def test_pictures_that_cannot_be_compared_pixel_by_pixel():
    small, large = png(np.ones((2, 3, 3))), png(np.ones((2, 4, 3)))
    assert png_difference(small, large) == "3 x 2 -> 4 x 2 pixels"
    assert "cannot be read" in png_difference(small, b"no picture")
    assert "the same pixels" in png_difference(small, small + b"\0")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("a,b\n1,2\n3,4\n", "a,b\n1,2\n3,5\n", "row 2, column 'b': '4' -> '5'"),
        ("a,b\n1,2\n", "a,c\n1,2\n", "columns: a, b -> a, c"),
        ("a\n1\n2\n", "a\n1\n", "row 2 is gone: 2 (2 rows -> 1)"),
        ("a\n1\n", "a\n2\n3\n", "row 1, column 'a': '1' -> '2' (1 row -> 2)"),
        ('a\n"1"\n', "a\n1\n", "from line 2 on (6 -> 4 bytes)"),
        ('a\n"x\ny"\n', 'a\n"x\nz"\n', "row 1, column 'a': 'x\\ny' -> 'x\\nz'"),
        ("a\n1\n", "a\n1,2\n", "row 1, column 2: '' -> '2'"),
        ("", "a\n", "columns:  -> a"),
    ],
)
def test_the_first_cell_that_differs(old, new, told):
    assert csv_difference(old.encode(), new.encode()) == told


def test_the_kind_of_file_decides():
    assert difference("csv", b"a\n1\n", b"a\n1\n") == ""
    assert "column 'a'" in difference("csv", b"a\n1\n", b"a\n2\n")
    assert difference("svg", b"a\n1\n", b"a\n2\n") == byte_difference(b"a\n1\n", b"a\n2\n")


def test_values_are_named_with_old_and_new():
    old = {"values": {"n": 1, "m": [1], "gone": None, "x": 1}, "answer": ["One."]}
    new = {"values": {"n": 2, "m": [1], "come": "é", "x": True}, "answer": ["Two."]}
    told = value_differences(json.dumps(old).encode(), json.dumps(new).encode())
    assert told == [
        'answer, line 1: "One." -> "Two."', 'come: none -> "é"', "gone: null -> none", "n: 1 -> 2",
    ]  # fmt: skip


def test_of_many_values_some_are_named():
    old, new = ({"values": {f"v{i:02}": i + d for i in range(30)}} for d in (0, 1))
    told = value_differences(json.dumps(old).encode(), json.dumps(new).encode())
    assert told[0] == "v00: 0 -> 1" and len(told) == 11 and told[-1] == "and 20 more"


def test_inputs_that_came_and_went_are_told_apart():
    was = {"data": {"a": "1", "b": "2", "c": "3"}, "package": "x", "notebook": "n"}
    now = {"data": {"a": "1", "b": "", "d": "4"}, "package": "y", "notebook": "n"}
    assert [str(change) for change in input_changes(was, now)] == [
        "data (b: no longer there)", "data (c: no longer used)", "data (d: not used before)",
        "package",
    ]  # fmt: skip
    assert input_changes(was, was) == []


def test_words_that_files_are_called_by_are_words():
    parameters = {"a": "data/incidents.csv", "b": "src", "c": "x" * 5000, "d": "a\0b", "e": 3}
    assert outside_files(parameters) == []
    parameters = {"f": "/etc/hostname", "g": "data/../README.md", "h": "src/sahelstats"}
    assert outside_files(parameters) == list(parameters.items())


def test_an_imported_table_travels_with_what_the_import_said_of_it(tmp_path, monkeypatch):
    for name in (
        "imported/a.csv",
        "imported/a.import.json",
        "imported/b.csv",
        "own.csv",
        ".hidden",
    ):
        (tmp_path / "data" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "data" / name).touch()
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks/01_x.ipynb").touch()
    monkeypatch.setattr(shadow, "ROOT", tmp_path)
    monkeypatch.setattr(shadow, "LOCK_FILE", tmp_path / "requirements.lock")
    own = ["data/own.csv", "notebooks/01_x.ipynb"]
    assert shadow.project_files(["01_x"], [{"n": 3, "path": ""}]) == own
    assert shadow.project_files(["01_x"], [{"path": "data/imported/a.csv"}]) == [
        "data/imported/a.csv", "data/imported/a.import.json", *own,
    ]  # fmt: skip
