"""Settings from a command line, as the type of the notebook's own default."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sahelstats.rerun.errors import RerunError
from sahelstats.rerun.parameters import parse_settings, parse_value, variant_name


@pytest.mark.parametrize(
    ("text", "default", "value"),
    [
        ("007", "text", "007"),
        ("NO", "text", "NO"),
        ("", "text", ""),
        ("None", "text", "None"),
        ("a=b", "text", "a=b"),
        ("'quoted' \"twice\"\nand more", "text", "'quoted' \"twice\"\nand more"),
        ("../../etc", "text", "../../etc"),
        ("NO", ["MLI"], ["NO"]),
        ("007,1e3", ["MLI"], ["007", "1e3"]),
        ("NO", [], ["NO"]),
        (" MLI , BFA ,", [], ["MLI", "BFA"]),
        ("", ["MLI"], []),
        ("['a,b', 'c']", ["MLI"], ["a,b", "c"]),
        ("[1, 2]", ["MLI"], ["1", "2"]),
        ("1,02", [2012], [1, 2]),
        ("[1, 2]", [0.5], [1.0, 2.0]),
        ("yes,off", [True], [True, False]),
        ("true", False, True),
        ("FALSE", True, False),
        ("1", False, True),
        ("0", True, False),
        ("007", 1, 7),
        ("-3", 1, -3),
        ("9" * 40, 1, int("9" * 40)),
        ("7", 1.0, 7.0),
        (".5", 1.0, 0.5),
        ("-1e-3", 1.0, -0.001),
        ("NO", None, "NO"),
        ("None", None, "None"),
    ],
)
def test_a_text_becomes_the_type_of_the_default(text, default, value):
    parsed = parse_value(text, default)
    assert parsed == value
    assert type(parsed) is type(value)
    if isinstance(value, list):
        assert [type(item) for item in parsed] == [type(item) for item in value]


@pytest.mark.parametrize(
    ("text", "default", "message"),
    [
        ("maybe", True, "neither true nor false"),
        ("2", True, "neither true nor false"),
        ("1.5", 1, "not a whole number"),
        ("1_000", 1, "not a whole number"),
        ("1\n", 1, "not a whole number"),
        ("", 1, "not a whole number"),
        ("9" * 5000, 1, "not a whole number"),
        ("nan", 1.0, "not a number"),
        ("inf", 1.0, "not a number"),
        ("1e999", 1.0, "not a number"),
        ("two", [1], "not a whole number"),
        ("[1, two]", [1], "is not a list"),
        ("[1", [1], "is not a list"),
        ("[" * 5000, [1], "is not a list"),
        ("[__import__('os')]", ["a"], "is not a list"),
        ("[True]", [1], "not a whole number"),
        ("x" * 10_001, "text", "a value of 10,001 characters is too long"),
        ("1", {"a": 1}, "a parameter of type dict cannot be set"),
    ],
)
def test_a_text_that_does_not_fit_is_refused(text, default, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        parse_value(text, default)


def test_every_setting_that_cannot_be_used_is_listed():
    with pytest.raises(RerunError) as caught:
        parse_settings(
            ["first_yaer=1", "last_year=x", "basis"], {"first_year": 1, "last_year": 2}, "s"
        )
    assert str(caught.value).splitlines() == [
        "notebook s cannot be run with these settings:",
        "  there is no parameter 'first_yaer'; did you mean 'first_year'?"
        " (known: first_year, last_year)",
        "  'x' is not a whole number",
        "  'basis' is not of the form NAME=VALUE",
    ]


@pytest.mark.parametrize(
    ("parameters", "name"),
    [
        ({"first_year": 2015}, "first_year=2015"),
        ({"b": True, "a": ["MLI", "BFA"]}, "a=MLI+BFA,b=True"),
        ({"share": -0.5}, "share=-0.5"),
        ({"countries": []}, "countries="),
        ({"basis": "incl_attackers", "rho": "0.3"}, "basis=incl_attackers,rho=0.3"),
    ],
)
def test_the_folder_of_a_plain_variant_can_be_read(parameters, name):
    assert variant_name(parameters) == name


AWKWARD = [
    "../../x", "/etc/passwd", "C:\\x", "..", ".", "a.", "a b", "a\nb", "a\0b", "a|b?*<>\":", "~",
    "é", "日本", "x" * 5000, "%2e%2e", "a,b=1", "a+b", "$HOME", "-rf", "CON", "nul.", "",
    "con", "NUL", "aux.txt", "Com1", "lpt9", "a", "A", "mli", "MLI", "Mli", "basis", "Basis",
    "BASIS", "x-0123456789", "\u202ex", "a\u0301", "\u00e1", "`touch x`", "$(touch x)", "; rm x",
    "a\x7f",
]  # fmt: skip
#: What Windows opens as a device, whatever follows the dot.
DEVICE = r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?"


@pytest.mark.parametrize("text", AWKWARD)
@pytest.mark.parametrize("form", [lambda text: text, lambda text: [text, text]])
def test_the_folder_of_any_variant_is_safe_on_every_file_system(text, form):
    name = variant_name({"label": form(text)})
    assert re.fullmatch(r"label=[A-Za-z0-9_=+,.-]*", name)
    assert not re.fullmatch(DEVICE, name)
    assert len(name) <= 100
    assert not name.endswith((".", " "))


def test_different_variants_have_different_folders():
    variants = [{"label": text} for text in AWKWARD]
    variants += [{"label": [text]} for text in AWKWARD if "+" in text or text == "../../x"]
    variants += [
        {"label": ["a", "b"]},
        {"a": "1,b=2"},
        {"a": "1", "b": "2"},
        {"label": ["x" * 4999, "x"]},
        {"label": "a/b"},
        {"label": "a?b"},
    ]
    variants += [{"label": value} for value in (True, 1, 1.5, -1)] + [{"Label": "a"}, {"labe": "l"}]
    # Windows and macOS do not tell capitals from small letters.
    names = [variant_name(variant).lower() for variant in variants]
    twice = [v for v, n in zip(variants, names, strict=True) if names.count(n) > 1]
    assert twice == []


@given(st.text("aAbB0.-_ ,=+/é", max_size=8), st.text("aAbB0.-_ ,=+/é", max_size=8))
def test_two_texts_share_no_folder_on_any_file_system(first, second):
    one, other = (variant_name({"label": text}).lower() for text in (first, second))
    assert (one == other) == (first == second)


@given(st.text("ab0123456789-", max_size=4))
def test_no_text_passes_for_the_digest_of_another(text):
    folder = variant_name({"label": f"/{text}"}).removeprefix("label=")
    assert variant_name({"label": folder}) != f"label={folder}"
