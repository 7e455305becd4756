"""The page in a real browser, by mouse, by keyboard, small and wide, light and dark, and without the script."""

import csv
import statistics

import pytest

from . import world

SIZES = {"phone": (390, 844), "desktop": (1280, 900)}

# Texts whose colour is too near to that of what is behind them: WCAG 2's ratio is below 4.5.
TOO_PALE = """() => {
  const rgb = (text) => (text.match(/[\\d.]+/g) || []).map(Number);
  const light = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((c) => (c /= 255) <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = rgb(getComputedStyle(at).backgroundColor);
      if (colour.length === 3 || colour[3] > 0.99) return colour;
    }
    return [255, 255, 255];
  };
  const found = [];
  for (const element of document.querySelectorAll("body *:not(svg *):not(option)")) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    if (!own || !element.checkVisibility()) continue;
    const [a, b] = [light(rgb(getComputedStyle(element).color)), light(behind(element))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) found.push([element.className || element.tagName, ratio, element.innerText.slice(0, 40)]);
  }
  return found;
}"""


@pytest.fixture
def open_page(browser, made):
    """Opens the report; afterwards it must have loaded nothing and complained of nothing."""
    contexts, complaints = [], []

    def opened(size="desktop", **options):
        width, height = SIZES[size]
        context = browser.new_context(viewport={"width": width, "height": height}, offline=True, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: complaints.append(f"error: {error}"))
        page.on("dialog", lambda dialog: (complaints.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        page.on("request", lambda request: request.url.startswith(("file:", "data:")) or complaints.append(request.url))
        page.goto((made / "report.html").as_uri())
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


def shown(page):
    return page.locator(".item:visible")


def test_filters_show_what_they_say(open_page):
    page = open_page()
    items = page.locator(".item")
    everything = items.count()
    task, variant = (page.get_by_role("combobox", name=name) for name in ("Task", "Variant"))
    task.select_option(label="Grounded VQA")
    assert 0 < shown(page).count() < everything
    assert {item.get_attribute("data-task") for item in shown(page).all()} == {"grounded_vqa"}
    task.select_option("")
    assert shown(page).count() == everything
    number = world.VARIANTS.index("ofa_taskname")
    variant.select_option(label=f"{number + 1}: ofa_taskname")
    counts = {}
    for verdict in ("right", "wrong"):
        page.get_by_role("radio", name=verdict).check()
        found = shown(page).all()
        counts[verdict] = len(found)
        assert page.get_by_role("status").inner_text() == f"{len(found)} of {everything} examples"
        for item in found:
            [answer] = item.locator(".outputs li:visible").all()
            assert answer.locator(".who").inner_text() == f"{number + 1}: ofa_taskname"
            said = answer.locator(".verdict").inner_text()
            assert ("right" in said) == (verdict == "right")
    assert all(counts.values())
    answered = page.locator(".item:has(.outputs)").count()
    assert sum(counts.values()) == answered


def test_a_filter_of_right_and_wrong_alone_takes_the_best_variant(open_page):
    page = open_page()
    page.get_by_role("radio", name="wrong").check()
    best = page.locator(".glance td strong").first.locator("xpath=ancestor::tr/th").inner_text()
    chosen = page.get_by_role("combobox", name="Variant").locator("option:checked").inner_text()
    assert chosen.split(": ")[1] == best.split()[0]


def test_a_region_that_was_chosen_is_told_by_its_letter_in_the_picture(open_page):
    page = open_page()
    page.get_by_role("combobox", name="Task").select_option(label="Grounded VQA")
    for item in shown(page).all():
        drawn = [label.text_content() for label in item.locator(".picture text").all()]
        expected = item.locator("p strong").inner_text()
        assert expected in drawn
        for answer in item.locator(".outputs li:has(strong)").all():
            is_right = "right" in answer.locator(".verdict").inner_text()
            assert (answer.locator("strong").inner_text() == expected) == is_right


def test_a_value_of_the_table_is_that_of_the_csv(open_page, run):
    page = open_page()
    table = page.get_by_role("table", name="Scores on the unseen multimodal tasks")
    column = table.locator("thead th").all_inner_texts().index("ofa_seqinstruct")
    cell = table.locator("tbody tr", has_text="Grounded VQA").first.locator("th, td").nth(column)
    [scores] = [path for path in run["tables"] if path.name == "scores.csv"]
    by_seed: dict[str, list[float]] = {}
    for row in csv.DictReader(scores.open()):
        if (row["variant"], row["task"], row["metric"]) == ("ofa_seqinstruct", "grounded_vqa", "accuracy"):
            by_seed.setdefault(row["seed"], []).append(float(row["score"]))
    assert sorted(map(len, by_seed.values())) == [5, 5, 5]
    mean = statistics.fmean(statistics.fmean(scores) for scores in by_seed.values())
    spread = statistics.fmean(statistics.pstdev(scores) for scores in by_seed.values())
    assert f"{100 * mean:.1f} ± {100 * spread:.1f}" in cell.inner_text()


def test_hostile_texts_are_shown_and_do_nothing(open_page):
    page = open_page("phone")
    page.get_by_role("combobox", name="Task").select_option("")
    prompts = "\n".join(page.locator(".item .text").all_text_contents())
    for text in world.HOSTILE[:3] + world.HOSTILE[4:]:
        assert text in prompts
    assert "w" * 2000 in page.locator(".item .text", has_text="more characters").first.inner_text()
    assert page.locator("img[src='x'], .item script").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") == SIZES["phone"][0]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_it_fits_the_window_and_can_be_read(open_page, tmp_path, size, scheme):
    page = open_page(size, color_scheme=scheme)
    assert page.evaluate("document.documentElement.scrollWidth") == SIZES[size][0]
    for summary in page.locator("summary").all():
        summary.click()
    assert page.evaluate(TOO_PALE) == []
    picture = tmp_path / f"{size}-{scheme}.png"
    page.screenshot(path=picture, full_page=True)
    assert picture.stat().st_size > 100_000


def test_the_keyboard_reaches_the_results_and_tables_that_scroll(open_page):
    page = open_page("phone")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the results"
    page.keyboard.press("Enter")
    assert page.url.endswith("#main")
    glance = page.get_by_role("region", name="Table: all variants")
    glance.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("document.activeElement.scrollLeft > 0")


def test_plots_tell_their_values(open_page):
    page = open_page()
    plot = page.locator("figure", has_text="Mean over all unseen multimodal tasks").locator("svg")
    titles = plot.locator("title").all_text_contents()
    assert [title.split(":")[0] for title in titles] == world.VARIANTS
    assert all("95 % interval" in title for title in titles)
    with page.expect_download() as saved:
        page.get_by_role("link", name="Save as CSV: Sensitivity to the wording").click()
    assert saved.value.suggested_filename == "sensitivity-multimodal.csv"


def test_without_the_script_the_gallery_is_a_list(open_page):
    page = open_page(java_script_enabled=False)
    assert page.locator(".item:visible").count() == page.locator(".item").count() > 5
    assert not page.locator("#filters").is_visible()


def test_printed_it_has_the_chosen_examples_and_no_filters(open_page):
    page = open_page(color_scheme="dark")
    chosen = shown(page).count()
    page.emulate_media(media="print")
    assert not page.locator("#filters").is_visible()
    assert not page.get_by_role("navigation").is_visible()
    assert shown(page).count() == chosen
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
