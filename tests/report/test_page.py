"""The whole page: well-formed, safe, self-contained, the same for the same input, and with the right numbers."""

import csv
import re
from html.parser import HTMLParser

import pytest

from workflow_scripts.errors import BadData
from workflow_scripts.files import write_text
from workflow_scripts.stages.report import main

from . import world

VOID = {"meta", "link", "img", "input", "wbr", "br"}
LOADING = {"src", "href", "srcset", "data", "poster", "action"}


class Walk(HTMLParser):
    """Every element's tag and attributes; fails on one that is not closed, or closed twice."""

    def __init__(self, page):
        super().__init__()
        self.open, self.elements, self.texts = [], [], []
        self.feed(page)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attributes):
        names = [name for name, _ in attributes]
        assert len(names) == len(set(names)), f"{tag} has an attribute twice: {names}"
        self.elements.append((tag, dict(attributes)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)


@pytest.fixture(scope="session")
def walk(page):
    return Walk(page)


def test_ids_are_unique_and_references_lead_somewhere(walk):
    ids = [a["id"] for _, a in walk.elements if "id" in a]
    assert len(ids) == len(set(ids))
    local = {a["href"][1:] for _, a in walk.elements if a.get("href", "").startswith("#")}
    assert local <= set(ids)
    assert {a["aria-labelledby"] for _, a in walk.elements if "aria-labelledby" in a} <= set(ids)


def test_nothing_is_loaded_and_nothing_from_data_becomes_markup(walk, page):
    for tag, attributes in walk.elements:
        assert not [name for name in attributes if name.startswith("on")], tag
        for name in LOADING & attributes.keys():
            assert attributes[name].startswith(("data:", "#")), (tag, name, attributes[name][:80])
    assert sum(tag == "script" for tag, _ in walk.elements) == 1
    assert not re.search(r"url\((?!#)|@import|https?://", page)


def test_hostile_texts_are_shown_as_texts(walk):
    shown = "".join(walk.texts)
    for text in world.HOSTILE[:3] + world.HOSTILE[4:]:
        assert text in shown
    assert "more characters)" in shown


def test_every_picture_and_table_is_named(walk):
    tags = [tag for tag, _ in walk.elements]
    assert tags.count("table") == tags.count("caption")
    assert all("scope" in a for tag, a in walk.elements if tag == "th")
    assert all(a.get("alt") for tag, a in walk.elements if tag == "img")
    assert all(a.get("aria-label") for tag, a in walk.elements if tag == "svg" and a.get("aria-hidden") != "true")
    assert tags.count("main") == tags.count("h1") == 1


def table_of(page, kind):
    """The texts of a comparison's rows, cell by cell."""
    table = re.search(rf'<table class="scores" data-kind="{kind}">.*?</table>', page, re.DOTALL).group()
    rows = re.findall(r"<tr>(.*?)</tr>", table, re.DOTALL)
    return [[" ".join(re.sub(r"<[^>]*>", "", c).split()) for c in re.findall(r"<t[hd].*?</t[hd]>", r, re.DOTALL)]
            for r in rows]  # fmt: skip


def test_table_shows_the_numbers_of_the_csv(page, run):
    shown = table_of(page, "multimodal")
    cells = {(row[0], v): cell for row in shown for v, cell in zip(world.VARIANTS, row[1:])}
    names = {"accuracy": "accuracy", "rouge_l": "ROUGE-L"}
    checked = 0
    for row in csv.DictReader(run["tables"][0].open()):
        if row["kind"] == "multimodal":
            name = f"{world.TASKS[row['task']][0]} {names[row['metric']]} · n = 12"
            expected = "{:.1f} ± {:.1f}max {:.1f}".format(*(100 * float(row[k]) for k in ("mean", "std", "max")))
            assert cells[name, row["variant"]].startswith(expected)
            checked += 1
    assert checked == 3 * len(world.VARIANTS)
    for row in csv.DictReader(run["tables"][1].open()):
        if row["kind"] == "multimodal":
            [over_all] = [r for r in shown if r[0].startswith("All tasks mean")]
            [sensitivity] = [r for r in shown if r[0].startswith("Sensitivity")]
            column = world.VARIANTS.index(row["variant"]) + 1
            assert over_all[column] == f"{100 * float(row['mean']):.1f}"
            assert sensitivity[column] == f"{float(row['sensitivity']):.3f}"


def test_datasets_with_their_records_and_bad_ones(page):
    start = page.index("Records by dataset")
    rows = re.findall(r"<tr>.*?</tr>", page[start : page.index("</table>", start)], re.DOTALL)[1:]
    cells = [re.findall(r'class="num">(.*?)</td>', row) for row in rows]
    assert cells == [["–", "–", "–", "0"], ["–", "–", "1,234", "1"]]


def test_same_input_gives_the_same_bytes(run, page, tmp_path):
    main(**run, out=tmp_path / "again.html")
    assert (tmp_path / "again.html").read_text(encoding="utf-8") == page


def test_a_run_with_nothing_but_scores(run, tmp_path):
    """No logs, no bad records, no examples, no pictures: the page is whole all the same."""
    run = run | {"logs": [], "quarantines": [], "records": [], "examples": [], "instances": [], "manifests": []}
    run["settings"] = run["settings"] | {"config": {"model": {"base": "OFA-Sys/ofa-large"}}, "skipped": []}
    main(**run, out=tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    Walk(page)
    assert "random weights" not in page
    assert 'id="training"' not in page
    assert 'id="gallery"' not in page


def test_pictures_that_are_not_there_are_said_to_be_missing(run, tmp_path):
    main(**run | {"manifests": []}, out=tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    Walk(page)
    assert "No picture: <bdi>picture visual7w/" in page


def test_a_broken_log_is_named(run, tmp_path):
    broken = tmp_path / "ofa_seqinstruct/log.jsonl"
    write_text(broken, '{"step": 1, "loss": 2.0}\n{"step": 2, "lo')
    with pytest.raises(BadData, match="not JSON") as error:
        main(**run | {"logs": [broken]}, out=tmp_path / "report.html")
    assert (error.value.file, error.value.record) == (broken, "line 2")
