"""Markdown, tables and terms: what comes from data stays text on its way into a page."""

import re

import pytest

from sahelstats.notebook import FOLDER_VARIABLE, as_text, current_run, fill, fill_markdown
from sahelstats.report.article import article_of
from sahelstats.report.documents import README
from sahelstats.report.glossary import TERMS
from sahelstats.report.prose import Prose
from sahelstats.report.sweeps import _plain
from sahelstats.report.tables import cleaned_tables

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[a](javascript:alert(1))",
    "[a](https://example.org)",
    "![a](https://example.org/a.png)",
    "`code` *stars* _lines_ ~~struck~~ | bar | $x^2$",
    "# no heading",
    "1. no list",
    "- no list",
    "+ no list",
    "-17",
    "one\n\n# two\n\n<b>three</b>",
    "&lt;b&gt; &amp; \\<b\\>",
    "back\\slash \\*",
    '"><svg onload=alert(1)>',
    "</p></main><script>alert(1)</script>",
]


@pytest.fixture(autouse=True)
def run(tmp_path, monkeypatch):
    """Let each test begin a run of its own."""
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    current_run.cache_clear()
    yield
    current_run.cache_clear()


def words(html):
    """Return what a reader sees of HTML."""
    import html as entities

    return entities.unescape(re.sub(r"<[^>]*>", "", html)).strip()


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("template", ["{shown}", "before {shown} after", "* {shown}"])
def test_a_value_in_prose_shows_letter_by_letter(text, template):
    html = Prose().block(fill_markdown(template, **{"shown": text}), explain=False)
    seen = re.sub(r"\s+", " ", words(html))
    assert seen == re.sub(r"\s+", " ", template.format(shown=text).removeprefix("* ")).strip()
    assert set(re.findall(r"<(\w+)", html)) <= {"p", "ul", "li"}


def test_a_value_in_a_markdown_table_stays_in_its_cell():
    table = "| place | dead |\n|---|--:|\n| {place_a} | {dead_a:,} |\n"
    html = Prose().block(fill_markdown(table, place_a="a | b <b>c</b>", dead_a=1200), explain=False)
    cells = re.findall(r"<td[^>]*>(.*?)</td>", html)
    assert cells == ["a | b &lt;b&gt;c&lt;/b&gt;", "1,200"]


def test_what_goes_into_a_figure_is_not_escaped():
    assert fill("{place_b}: {n_b:,}", place_b="Holl & <Son>", n_b=1200) == "Holl & <Son>: 1,200"


def test_markup_of_the_template_itself_is_kept():
    html = Prose().block(fill_markdown("The **{word_c}** of `x`", word_c="a*b"), explain=False)
    assert html.strip() == "<p>The <strong>a*b</strong> of <code>x</code></p>"


def test_a_value_in_code_stands_as_it_is_and_cannot_end_it():
    html = Prose().block(fill_markdown("in `{file_d}`: *{n_d}*", file_d="a_b`<i>|", n_d=3))
    assert html.strip() == "<p>in <code>a_b'&lt;i&gt;|</code>: <em>3</em></p>"


def test_formats_conversions_and_braces_work_as_in_python():
    template = "{{{word_e!r:>8}}} {share_e:.{places_e}%}"
    assert fill_markdown(template, word_e="a", share_e=0.256, places_e=1) == "{     'a'} 25.6%"


@pytest.mark.parametrize("text", [text for text in HOSTILE if "&" not in text and "\n" not in text])
def test_an_answer_on_the_page_of_a_sweep_has_no_marks_left(text):
    assert _plain(fill_markdown("**{shown_f}** of `{code_f}`", shown_f=text, code_f="a_b")) == (
        f"{text} of a_b"
    )


def test_lines_of_a_value_become_one():
    assert as_text("one\r\n\n two") == "one two"


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("https://example.org/a?b=1&c=2", True),
        ("../figures/a.svg", True),
        ("#there", True),
        ("explorer.html", True),
        ("javascript:alert(1)", False),
        ("JaVaScRiPt:alert(1)", False),
        (" javascript:alert(1)", False),
        ("data:text/html,<script>alert(1)</script>", False),
        ("vbscript:x", False),
        ("file:///etc/passwd", False),
        ("//example.org/a", False),
    ],
)
def test_only_plain_addresses_are_linked(address, kept):
    html = Prose().block(f"[there](<{address}>)", explain=False)
    assert ("<a " in html) == kept
    assert "there" in html
    assert ("noopener noreferrer" in html) == address.startswith("https:")


def test_pictures_from_elsewhere_are_named_not_loaded():
    assert "<img" not in Prose().block("![a map](https://example.org/a.png)")


@pytest.mark.parametrize("text", HOSTILE)
def test_a_cell_of_a_table_shows_letter_by_letter(text):
    import html as entities

    for inside in (entities.escape(text), text):
        html = cleaned_tables(
            f"<style>td {{color: red}}</style><table><tr><td>{inside}</td></tr></table>"
        )
        assert set(re.findall(r"<(\w+)", html)) <= {"div", "table", "tbody", "tr", "td"}
    assert "color" not in html
    properly = cleaned_tables(f"<table><tr><td>{entities.escape(text)}</td></tr></table>")
    assert re.sub(r"\s+", " ", words(properly)) == re.sub(r"\s+", " ", text)


def test_markup_that_was_not_escaped_shows_as_text():
    html = cleaned_tables("<table><tr><td>a <script>alert(1)</script> b</td></tr></table>")
    assert "<td>a &lt;script&gt;alert(1)&lt;/script&gt; b</td>" in html


def test_what_breaks_out_of_a_table_is_not_lost():
    html = cleaned_tables("<table><tr><td>a</table><script>alert(1)</script></td></tr></table>")
    assert "&lt;script&gt;alert(1)" in html
    assert "<script" not in html


def test_columns_of_numbers_are_set_to_the_right_and_headings_have_a_scope():
    frame = (
        "<table><thead><tr><th></th><th>Place</th><th>Dead</th></tr></thead><tbody>"
        "<tr><th>0</th><td>Gao</td><td>1,200</td></tr><tr><th>1</th><td>12</td><td></td></tr>"
        "</tbody></table>"
    )
    html = cleaned_tables(frame)
    assert '<th scope="col" class="n">Dead</th>' in html
    assert '<td class="n">1,200</td>' in html
    assert "<td>12</td>" in html  # in a column with words
    assert '<th scope="row" class="n">0</th>' in html


def test_pandas_tables_keep_their_cells():
    import pandas as pd

    frame = pd.DataFrame({"place": ["<b>Gao</b>", "Ménaka"], "dead": [12, 1200]})
    for shown in (
        frame._repr_html_(),
        frame.style.hide(axis="index").format(escape="html").to_html(),
    ):
        html = cleaned_tables(shown)
        cells = [words(cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", html)]
        assert [cell for cell in cells if cell] == ["<b>Gao</b>", "12", "Ménaka", "1200"]


def test_text_without_a_table_is_no_table():
    assert cleaned_tables("<p>nothing</p>") == ""


# ---- terms -------------------------------------------------------------------------------------


def test_a_term_is_explained_where_it_first_occurs_and_listed():
    prose = Prose()
    html = prose.block("An envelope is no interval. An envelope again; `envelope` in code.")
    assert html.count('class="term"') == 2
    assert list(prose.used) == ["envelope", "interval"]
    prose.begin_section()
    assert prose.block("Envelopes.").count('class="term"') == 1


def test_headings_links_and_code_are_left_as_they_are():
    html = Prose().block("## The envelope\n\n[the envelope](#a) and `envelope`")
    assert "term" not in html


def test_marking_terms_changes_no_other_letter():
    text = 'An *envelope* &amp; a range, 1 < 2, "left open" &lt;interval&gt; &#39;basis&#39;.'
    prose = Prose()
    plain = prose.block(text, explain=False)
    marked = re.sub(r'<span class="note".*?</span>', "", prose.explained(plain))
    assert words(marked) == words(plain)


def test_each_form_belongs_to_one_term():
    for term in TERMS:
        assert term.pattern.search(term.name) or term.name in ("best", "report"), term.name
    assert len({term.anchor for term in TERMS}) == len(TERMS)


def test_the_readme_explains_the_same_terms():
    text = README.read_text(encoding="utf-8")
    for term in TERMS:
        assert f"| {term.name} | {term.meaning} |" in text


# ---- articles ----------------------------------------------------------------------------------


def markdown(source):
    return {"cell_type": "markdown", "metadata": {}, "source": source}


def code(source, *outputs, tags=()):
    outputs = [{"output_type": "display_data", "metadata": {}} | one for one in outputs]
    return {
        "cell_type": "code",
        "metadata": {"tags": list(tags)},
        "source": source,
        "outputs": outputs,
    }


def answer(text):
    return {"data": {"text/markdown": text}, "metadata": {"sahelstats": {"role": "answer"}}}


def test_title_lede_and_answer_come_first_wherever_they_stand():
    cells = [
        markdown("# Why?\n\nA lede.\n\n## First\n\nText."),
        code("a = 1", tags=["parameters"]),
        markdown("## The answer in three lines"),
        code("answer('x')", answer("* one")),
        markdown("## Second"),
    ]
    article = article_of(cells)
    assert article.title == "Why?"
    assert words(article.lede) == "A lede."
    assert article.answer_title == "The answer in three lines"
    assert [block.kind for block in article.answer] == ["answer", "code"]
    assert [heading.text for heading in article.prose.headings] == ["First", "Second"]
    assert [block.name for block in article.blocks if block.kind == "code"] == ["parameters"]


def test_a_notebook_without_title_or_answer_is_an_article_too():
    article = article_of([markdown("Text only."), code("1 + 1", {"data": {"text/plain": "<2>"}})])
    assert (article.title, article.answer) == ("", [])
    assert [block.kind for block in article.blocks] == ["prose", "text", "code"]
    assert article.blocks[1].content == "<2>"


def test_headings_of_the_same_words_have_anchors_of_their_own():
    article = article_of([markdown("# Why?"), markdown("## Where?"), markdown("## Where?")])
    assert [heading.anchor for heading in article.prose.headings] == ["where", "where-2"]


def test_hidden_cells_and_standard_error_are_left_out():
    stream = {"output_type": "stream", "name": "stderr", "text": "a warning"}
    said = {"output_type": "stream", "name": "stdout", "text": "said"}
    hidden = code("secret", tags=["hidden"])
    blocks = article_of([markdown("# Why?"), code("x", stream, said), hidden]).blocks
    assert [(block.kind, block.content) for block in blocks] == [("text", "said"), ("code", "x")]


def test_html_that_is_no_table_is_shown_as_its_text():
    output = {"data": {"text/html": "<script>alert(1)</script>", "text/plain": "plain"}}
    blocks = article_of([markdown("# Why?"), code("x", output)]).blocks
    assert (blocks[0].kind, blocks[0].content) == ("text", "plain")
