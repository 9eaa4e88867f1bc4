"""The pages in a real browser: nothing loaded from elsewhere, no fault, readable and usable."""

import contextlib
import json
import re
import shutil
import sys
import threading
import time
from itertools import pairwise

import pytest
from made import HOSTILE

from sahelstats.figures.palette import ACTOR_FAMILY_NAME
from sahelstats.report.explorer import disagreement
from sahelstats.report.rebuilding import Builder
from sahelstats.report.serve import Site
from sahelstats.rerun.contract import stems
from sahelstats.tables.loading import load_claims, load_incidents

NAMES = ["index", "explorer", *stems()]
WIDTHS = (360, 768, 1280)
ARTICLE = "02_casualty_uncertainty"


class Opened:
    """A page, and what it asked for and complained of."""

    def __init__(self, browser, address, width=1280, **options):
        size = {"width": width, "height": 900}
        self.context = browser.new_context(viewport=size, **options)
        self.page = self.context.new_page()
        self.said, self.asked = [], []
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("dialog", lambda dialog: (self.said.append("dialog"), dialog.dismiss()))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.goto(address)

    def script(self, code):
        return self.page.evaluate(code)


def until(page, code, patience=30):
    """Wait until an expression is true; the policy of the pages forbids Playwright's own way."""
    from playwright.sync_api import Error

    end = time.monotonic() + patience
    while time.monotonic() < end:
        with contextlib.suppress(Error):  # the page is just being loaded anew
            if page.evaluate(code):
                return
        page.wait_for_timeout(30)
    pytest.fail(f"never true: {code}")


@pytest.fixture
def opened(browser, site):
    """Return a function that opens a page; all are closed in the end."""
    contexts = []

    def open_page(name, width=1280, **options):
        address = name if "//" in name else (site.folder / f"{name}.html").as_uri()
        found = Opened(browser, address, width, **options)
        contexts.append(found.context)
        return found

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture(scope="module", params=NAMES)
def read(browser, site, request):
    """Each page in turn, opened once for all tests that only look at it."""
    found = Opened(browser, (site.folder / f"{request.param}.html").as_uri())
    found.name = request.param
    yield found
    found.context.close()


def unfold(found, most):
    code = "n => [...document.querySelectorAll('details')].slice(0, n).forEach(d => d.open = true)"
    found.page.evaluate(code, most)


def test_nothing_is_loaded_and_nothing_goes_wrong(read, site):
    read.page.mouse.wheel(0, 20000)
    read.page.wait_for_timeout(100)
    assert read.said == []
    own = (site.folder / f"{read.name}.html").as_uri()
    assert {address for address in read.asked if not address.startswith("data:")} == {own}


def test_headings_go_down_one_level_at_a_time(read):
    code = "[...document.querySelectorAll('h1,h2,h3,h4,h5,h6')].map(h => Number(h.tagName[1]))"
    levels = read.script(code)
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_every_picture_tells_what_it_shows(read):
    alts = read.script("[...document.images].map(image => image.alt)")
    labels = read.script("[...document.querySelectorAll('svg[role=img]')].map(s => s.ariaLabel)")
    assert all(text.strip() for text in alts + labels)
    assert len(alts) + len(labels) > 1
    assert read.script("[...document.images].every(i => i.complete && i.naturalWidth > 300)")


def test_every_link_inside_a_page_leads_somewhere(read):
    missing = read.script(
        """[...document.querySelectorAll("a[href^='#']")]
           .filter(a => !document.getElementById(a.getAttribute("href").slice(1)))
           .map(a => a.outerHTML)"""
    )
    assert missing == []
    if read.name in stems():
        inside = read.page.locator("nav.contents a").all_inner_texts()
        assert inside == read.page.locator(".body h2").all_inner_texts()
        assert len(inside) > 2


def test_what_comes_from_data_shows_as_text(read):
    assert read.script("document.querySelectorAll('img[src=x], [onerror]').length") == 0
    if read.name == "explorer":
        return  # its own data hold nothing of the kind; see test_explorer.py
    assert "<script>alert(1)</script>" in read.page.inner_text("body")
    assert read.script("[...document.images].some(i => i.alt.includes('<script>alert(1)'))")


@pytest.mark.parametrize("width", WIDTHS)
def test_it_fits_the_screen_and_is_large_enough_to_read(read, width):
    read.page.set_viewport_size({"width": width, "height": 900})
    unfold(read, 40)
    wide = read.script(
        "[document.documentElement.scrollWidth, document.body.scrollWidth].map(w => w - innerWidth)"
    )
    assert max(wide) <= 0
    sizes = read.script(
        """[...document.querySelectorAll('main p, main li, main td, main dd, main th, pre')]
           .slice(0, 2000).filter(e => e.checkVisibility() && e.textContent.trim())
           .map(e => parseFloat(getComputedStyle(e).fontSize))"""
    )
    assert min(sizes) >= 12
    measure = read.script(
        """Math.max(0, ...[...document.querySelectorAll('main .body > p, main .lede p')]
           .map(e => e.getBoundingClientRect().width / parseFloat(getComputedStyle(e).fontSize)))"""
    )
    assert measure <= 42


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_serious_fault(read, scheme):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    read.page.emulate_media(color_scheme=scheme)
    # What is folded away is not looked at; of the many incidents a few stand for all.
    unfold(read, 12)
    if read.name in stems():
        read.page.locator(".term > a").first.focus()
        assert read.page.locator(".term .note").first.is_visible()
    read.script("[...document.querySelectorAll('tbody')].slice(40).forEach(t => t.remove())")
    results = axe.Axe().run(read.page).response
    grave = [
        (fault["id"], [node["html"][:120] for node in fault["nodes"][:3]])
        for fault in results["violations"]
        if fault["impact"] in ("serious", "critical")
    ]
    assert grave == []
    assert {"color-contrast", "page-has-heading-one"} <= {f["id"] for f in results["passes"]}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_scheme_of_the_system_is_followed_and_figures_stay_light(opened, scheme):
    found = opened(ARTICLE, color_scheme=scheme)
    code = "s => getComputedStyle(document.querySelector(s)).backgroundColor"
    paper, sheet = (
        [int(part) for part in re.findall(r"\d+", found.page.evaluate(code, element))]
        for element in ("body", ".sheet")
    )
    assert (max(paper) < 60) == (scheme == "dark")
    assert min(sheet) == 255


# ---- notebooks ---------------------------------------------------------------------------------


@pytest.mark.parametrize("width", WIDTHS)
def test_a_term_is_explained_beside_it_on_hover_and_focus_until_escape(opened, width):
    page = opened(ARTICLE, width).page
    terms = page.locator(".term")
    assert terms.count() > 5
    for place in range(terms.count()):
        term = terms.nth(place)
        note = term.locator(".note")
        term.locator("a").focus()
        box = note.bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= width
        page.keyboard.press("Escape")
        assert not note.is_visible()
    terms.nth(0).locator("a").hover()
    assert terms.nth(0).locator(".note").is_visible()
    assert "range: low, best and high" in terms.nth(0).inner_text()


def test_code_is_folded_and_opens_by_keyboard(opened):
    page = opened(ARTICLE).page
    fold = page.locator("details.code").nth(3)
    assert not fold.locator("pre").is_visible()
    fold.locator("summary").focus()
    page.keyboard.press("Enter")
    assert fold.locator("pre").is_visible()
    assert fold.inner_text().startswith("Hide code")


def test_the_numbers_behind_a_figure_are_in_the_page(opened, site):
    page = opened(ARTICLE).page
    link = page.locator("figure a[data-kind=CSV]").first
    with page.expect_download() as waited:
        link.click()
    name = waited.value.suggested_filename
    expected = (site.places.figures / name).read_bytes()
    with open(waited.value.path(), "rb") as stream:
        assert stream.read() == expected


def test_links_to_pictures_lead_to_the_files_beside_a_page_in_its_place(opened, site):
    page = opened(ARTICLE).page
    for kind in ("SVG", "PNG"):
        for link in page.locator(f"figure a[data-kind={kind}]").all():
            address = link.get_attribute("href")
            assert (site.folder / address).is_file()


def test_a_page_sent_alone_makes_its_pictures_itself(opened, site, tmp_path):
    shutil.copy(site.folder / f"{ARTICLE}.html", tmp_path / "mailed.html")
    found = opened((tmp_path / "mailed.html").as_uri())
    for kind, begin in (("SVG", b"<svg"), ("PNG", b"\x89PNG")):
        with found.page.expect_download() as waited:
            found.page.locator(f"figure a[data-kind={kind}]").first.click()
        with open(waited.value.path(), "rb") as stream:
            content = stream.read()
        assert content.startswith(begin)
        assert len(content) > 10_000
    assert found.said == []


def test_a_figure_can_be_enlarged_on_a_small_screen(opened):
    page = opened(ARTICLE, 360).page
    button, image = page.locator("button.enlarge").first, page.locator("figure img").first
    before = image.bounding_box()["width"]
    button.focus()
    page.keyboard.press("Enter")
    assert image.bounding_box()["width"] > 1.8 * before
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.keyboard.press("Enter")
    assert image.bounding_box()["width"] == before


def test_on_paper_code_and_links_to_files_are_left_out_and_terms_stand_at_the_foot(opened):
    page = opened(ARTICLE).page
    page.emulate_media(media="print")
    for left_out in ("details.code", ".files", ".contents", ".masthead"):
        assert not page.locator(left_out).first.is_visible()
    for kept in ("h1", ".answer", "figure img", "dl.terms", "dl.provenance"):
        assert page.locator(kept).first.is_visible()


# ---- explorer ----------------------------------------------------------------------------------


def shown(page):
    return page.evaluate(
        "[...document.querySelectorAll('tbody')].filter(t => !t.hidden).map(t => t.id)"
    )


def wait_for_count(page, number):
    until(page, f"document.getElementById('count').textContent.startsWith('{number:,} of ')")


def test_the_explorer_is_filtered_by_keyboard_alone(opened):
    table = load_incidents()
    page = opened("explorer").page
    wait_for_count(page, len(table))
    page.keyboard.press("Tab")  # the link that skips the head
    for _ in range(10):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name") == "search":
            break
    page.keyboard.press("Tab")
    page.keyboard.type("Niger")  # the first country of that name is Niger, not Nigeria
    niger = table[table["country"] == "NER"]
    wait_for_count(page, len(niger))
    assert set(shown(page)) == set(niger["incident_id"])
    page.keyboard.press("Tab")
    page.keyboard.type("2021")
    page.keyboard.press("Tab")
    page.keyboard.type("2022")
    niger = niger[niger["year"].between(2021, 2022)]
    wait_for_count(page, len(niger))
    page.keyboard.press("Tab")
    family = niger["actor_family"].value_counts().index[0]
    page.keyboard.type(ACTOR_FAMILY_NAME[family])
    niger = niger[niger["actor_family"] == family]
    wait_for_count(page, len(niger))
    assert set(shown(page)) == set(niger["incident_id"])
    said = page.inner_text("#count")
    assert f"{niger['killed_low'].sum():,} killed" in said
    assert f"{niger['killed_high'].sum():,}: an envelope" in said
    page.keyboard.press("Tab")
    page.keyboard.type("Highest")
    until(page, "location.hash.includes('sort=toll')")
    assert shown(page)[0] == niger.sort_values("killed_best").iloc[-1]["incident_id"]
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # show all
    wait_for_count(page, len(table))


def test_the_orders_of_the_explorer_are_those_of_the_table(opened):
    table = load_incidents().set_index("incident_id")
    page = opened("explorer").page
    assert table.loc[shown(page), "date_start"].is_monotonic_decreasing
    page.select_option("select[name=sort]", "earliest")
    until(page, "location.hash.includes('earliest')")
    assert table.loc[shown(page), "date_start"].is_monotonic_increasing
    page.select_option("select[name=sort]", "toll")
    until(page, "location.hash.includes('toll')")
    ordered = table.loc[shown(page), "killed_best"]
    known = ordered.dropna()
    assert known.is_monotonic_decreasing
    assert ordered.index[: len(known)].equals(known.index)
    page.select_option("select[name=sort]", "disagreement")
    until(page, "location.hash.includes('disagreement')")
    found = table.loc[shown(page)]
    ratios = [
        disagreement(*pair) for pair in zip(found["killed_low"], found["killed_high"], strict=True)
    ]
    assert ratios == pytest.approx(sorted(ratios, reverse=True), rel=1e-3)
    assert ratios[0] > 5


def test_an_incident_is_found_by_words_and_shows_its_claims_by_keyboard(opened):
    claims = load_claims()
    own = claims[claims["incident_id"] == "MLI-20240917-bamako"]
    page = opened("explorer").page
    page.fill("input[name=search]", "senou faladié JNIM")
    wait_for_count(page, 1)
    assert shown(page) == ["MLI-20240917-bamako"]
    row = page.locator("tbody:not([hidden])")
    assert not row.locator("li").first.is_visible()
    row.locator("summary").focus()
    page.keyboard.press("Enter")
    assert row.locator("li").count() == len(own)
    assert row.locator("li").first.is_visible()
    text = row.inner_text()
    for claimant in own["claimant"]:
        assert claimant in text
    links = row.locator("li a")
    assert links.count() >= own["url"].notna().sum()
    for link in links.all():
        assert link.get_attribute("rel") == "noopener noreferrer"
        assert link.get_attribute("href").startswith(("https://", "http://"))


def test_what_fits_nothing_says_so_and_can_be_undone(opened):
    page = opened("explorer").page
    page.fill("input[name=search]", "no such place anywhere")
    page.locator("#none").wait_for(state="visible")
    page.locator("#none button").press("Enter")
    wait_for_count(page, len(load_incidents()))
    assert page.evaluate("document.activeElement.name") == "search"


def test_a_view_and_an_incident_have_addresses(opened, site):
    start = (site.folder / "explorer.html").as_uri()
    page = opened(f"{start}#?country=TGO&sort=toll").page
    togo = load_incidents().query("country == 'TGO'")
    wait_for_count(page, len(togo))
    page = opened(f"{start}#MLI-20240917-bamako").page
    page.locator("#MLI-20240917-bamako details[open]").wait_for()
    assert page.locator("#MLI-20240917-bamako").evaluate("e => e.getBoundingClientRect().top < 900")


def test_without_scripts_the_explorer_is_a_plain_table(opened):
    page = opened("explorer", java_script_enabled=False).page
    assert page.locator("tbody").count() == len(load_incidents())
    assert not page.locator("form").is_visible()
    details = page.locator("details").first
    details.locator("summary").click()
    assert details.locator("li").first.is_visible()


# ---- served ------------------------------------------------------------------------------------


@pytest.fixture
def served(tmp_path, site):
    """A clone with one page and one notebook, its build a script of the test's own."""
    shutil.copytree(site.folder, tmp_path / "reports")
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks/01_a.ipynb").write_text("first")
    build = tmp_path / "build.py"
    build.write_text(
        "import pathlib, re, sys\n"
        "said = pathlib.Path('notebooks/01_a.ipynb').read_text()\n"
        "if said.startswith('bad'): sys.exit(said)\n"
        "page = pathlib.Path('reports/index.html')\n"
        "page.write_text(re.sub('<h1>.*?</h1>', f'<h1>{said}</h1>', page.read_text()))\n"
    )
    builder = Builder(tmp_path, [sys.executable, "build.py"])
    with Site(tmp_path, builder) as running:
        threading.Thread(target=running.serve_forever, args=(0.05,), daemon=True).start()
        builder.start()
        yield running, tmp_path
        builder.stop()
        running.shutdown()


def test_a_served_page_reloads_after_an_edit_and_shows_why_a_build_failed(opened, served):
    running, folder = served
    found = opened(running.address)
    page = found.page
    until(page, "document.querySelector('h1').textContent.startsWith('first')")
    (folder / "notebooks/01_a.ipynb").write_text(f"bad {HOSTILE}")
    until(page, "document.querySelector('aside')?.textContent.includes('build failed')")
    assert HOSTILE in page.inner_text("aside")
    (folder / "notebooks/01_a.ipynb").write_text("second")
    until(page, "document.querySelector('h1').textContent.startsWith('second')")
    assert [said for said in found.said if "ERR_" not in said] == []
    assert all(address.startswith((running.address, "data:")) for address in found.asked)
    assert json.loads(page.evaluate("JSON.stringify(document.querySelector('aside') === null)"))
