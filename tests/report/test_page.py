"""The whole page: well-formed, safe, self-contained, the same for the same input, and with the right numbers."""

import base64
import csv
import re
from html.parser import HTMLParser

import pytest

from workflow_scripts.errors import BadData
from workflow_scripts.files import write_text
from workflow_scripts.report.results import metric_name
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


def table_of(page, opening):
    """The texts of a table's rows, cell by cell; without what only a screen reader says."""
    start = page.index(opening)
    table = re.sub(r'<(\w+) class="unseen">.*?</\1>|<wbr>', "", page[start : page.index("</table>", start)])
    rows = re.findall(r"<tr.*?</tr>", table, re.DOTALL)
    return [[" ".join(re.sub(r"<[^>]*>", " ", c).split()) for c in re.findall(r"<t[hd].*?</t[hd]>", r, re.DOTALL)]
            for r in rows]  # fmt: skip


def csv_of(run, name):
    [path] = [path for path in run["tables"] if path.name == name]
    return list(csv.DictReader(path.open()))


def saved(page, name):
    """The text of a file that can be saved from the page."""
    uri = re.search(rf'download="{name}" href="data:text/\w+;charset=utf-8;base64,([^"]*)"', page).group(1)
    return base64.b64decode(uri).decode()


def test_table_of_scores_shows_the_numbers_of_the_csv(page, run):
    shown = table_of(page, '<table class="scores" data-kind="multimodal">')
    cells, task = {}, ""
    for name, *values in shown:
        if " accuracy" in name:  # each task's first metric; the others stand below it, without its name
            task = name.split(" accuracy")[0]
        metric = name.split(" · ")[0].removeprefix(f"{task} ")
        cells |= {(task, metric, variant): cell for variant, cell in zip(world.VARIANTS, values)}
    checked = 0
    for row in csv_of(run, "tasks.csv"):
        if row["kind"] == "multimodal" and row["variant"] in world.VARIANTS:
            mean, std, best, low, high = (f"{100 * float(row[k]):.1f}" for k in ("mean", "std", "max", "low", "high"))
            cell = cells[world.TASKS[row["task"]][0], metric_name(row["metric"]), row["variant"]]
            rest = f" max {best} {low}–{high}" if row["metric"] != "nearest_option" else ""
            assert cell.lstrip("▲▼ ").startswith(f"{mean} ± {std}{rest}")
            checked += 1
    assert checked == 4 * len(world.VARIANTS)


def test_all_variants_at_a_glance(page, run):
    shown = table_of(page, '<table class="glance">')
    rows = {row[0].split()[0]: row[1:] for row in shown[2:]}
    assert list(rows) == world.VARIANTS
    for row in csv_of(run, "aggregates.csv"):
        if row["kind"] == "multimodal" and row["variant"] in world.VARIANTS:
            mean, interval, best, sensitivity, *_ = rows[row["variant"]]
            assert mean.lstrip("▼▲ ").startswith(f"{100 * float(row['mean']):.1f}")
            assert interval == f"{100 * float(row['low']):.1f}–{100 * float(row['high']):.1f}"
            assert (best, sensitivity) == (f"{100 * float(row['max']):.1f}", f"{float(row['sensitivity']):.3f}")
            assert (" ± " in mean) == bool(row["seed_std"])


def test_arrows_stand_where_a_difference_is_significant(page, run):
    shown = {row[0].split()[0]: row[1] for row in table_of(page, '<table class="glance">')[2:]}
    over_all = [r for r in csv_of(run, "significance.csv") if r["kind"] == "multimodal" and not r["task"]]
    expected = {}
    for row in over_all:
        if float(row["p"]) < 0.05 and row["variant"] in world.VARIANTS:
            expected[row["variant"]] = "▲" if float(row["difference"]) > 0 else "▼"
    assert expected
    assert {v: cell[0] for v, cell in shown.items() if cell[0] in "▲▼"} == expected


def test_plots_and_tables_can_be_saved(page, run, made):
    sensitivity = {r["variant"]: r["value"] for r in rows_of(saved(page, "sensitivity-multimodal.csv"))}
    aggregates = csv_of(run, "aggregates.csv")
    assert sensitivity == {
        r["variant"]: r["sensitivity"] for r in aggregates
        if r["kind"] == "multimodal" and r["variant"] in world.VARIANTS
    }  # fmt: skip
    points = [(r["value"], r["variant"]) for r in rows_of(saved(page, "ablation-groups-mean.csv"))]
    assert points == [("1", "groups_1"), ("3", "groups_3"), ("6", "groups_6"), ("9", "ofa_multiinstruct")]
    curve = [r for r in rows_of(saved(page, "training-losses.csv")) if r["variant"] == "ofa_taskname"]
    assert float(curve[0]["low"]) < float(curve[0]["loss"]) < float(curve[0]["high"])
    for path in run["tables"]:
        assert saved(page, path.name) == path.read_text()
    for name in world.TEX:
        assert saved(page, f"{name}.tex") == (made / f"{name}.tex").read_text()


def rows_of(text):
    return list(csv.DictReader(text.splitlines()))


def test_instances_options_and_lengths_of_tasks(page):
    rows = {row[0]: row[1:] for row in table_of(page, "<caption>5 tasks by group")}
    assert rows["Grounded VQA"] == ["unseen", "visual7w", "region choice", "–", "–", "12", "4", "9", "4", "1"]
    assert rows["Region Extraction"][:6] == ["extra", "visual7w", "image", "12", "–", "–"]


def test_time_and_memory_by_stage(page):
    rows = {row[0]: row[1:] for row in table_of(page, "<caption>Time and memory by stage")}
    assert rows["derive"] == ["2", "0", "4", "2", "250"]
    assert rows["score"] == ["1", "1", "7", "4", "700"]
    assert rows["All"] == ["3", "1", "11", "6", "700"]


def test_a_reference_stands_beside_ours(run, tmp_path):
    file = tmp_path / "paper.csv"
    file.write_text(
        "variant,task,metric,mean,max,std\n"
        "ofa_multiinstruct,grounded_vqa,accuracy,50,55.5,3\nofa_multiinstruct,multimodal,,40,,\n"
        "another,grounded_vqa,accuracy,10,,\n"
    )
    main(**run | {"reference": [file]}, out=tmp_path / "report.html", tex=[])
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    Walk(page)
    [ours] = [float(r["mean"]) for r in csv_of(run, "tasks.csv")
              if (r["variant"], r["task"]) == ("ofa_multiinstruct", "grounded_vqa")]  # fmt: skip
    rows = {row[0]: row[1:] for row in table_of(page, "<caption>Ours, the figures of <bdi>paper.csv")}
    mine, theirs, difference, other, others, none = rows["Grounded VQA accuracy"]
    assert mine.startswith(f"{100 * ours:.1f} max")
    assert (theirs, difference) == ("50.0 max 55.5", f"{100 * ours - 50:+.1f}".replace("-", "−"))
    assert (other, others, none) == ("–", "10.0", "–")
    assert rows["All multimodal tasks"][1] == "40.0"


def test_datasets_with_their_records_and_bad_ones(page):
    start = page.index("Records by dataset")
    rows = re.findall(r"<tr>.*?</tr>", page[start : page.index("</table>", start)], re.DOTALL)[1:]
    cells = [re.findall(r'class="num">(.*?)</td>', row) for row in rows]
    assert cells == [["–", "–", "–", "0"], ["–", "–", "1,234", "1"]]


def test_same_input_gives_the_same_bytes(run, page, tmp_path):
    main(**run, out=tmp_path / "again.html", tex=[])
    assert (tmp_path / "again.html").read_text(encoding="utf-8") == page


def test_a_run_with_nothing_but_scores(run, tmp_path):
    """No logs, no bad records, no data, no pictures, no ablations: the page is whole all the same."""
    none = ("logs", "quarantines", "records", "examples", "instances", "shards", "manifests")
    run = run | {name: [] for name in none}
    config = {"model": {"base": "OFA-Sys/ofa-large"}, "raw": {"mirror": "official", "root": None}}
    run["settings"] = run["settings"] | {"config": config, "skipped": []}
    for path in run["tables"]:
        text = path.read_text()
        write_text(tmp_path / path.name, text.splitlines()[0] + "\n" if path.name == "ablations.csv" else text)
    run |= {"tables": [tmp_path / path.name for path in run["tables"]], "benchmarks": tmp_path, "job_logs": tmp_path}
    main(**run, out=tmp_path / "report.html", tex=[tmp_path / "ablations.tex"])
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    Walk(page)
    assert "random weights" not in page
    assert "miniature world" not in page
    for section in ("training", "gallery", "ablations"):
        assert f'id="{section}"' not in page


def test_pictures_that_are_not_there_are_said_to_be_missing(run, tmp_path):
    main(**run | {"manifests": []}, out=tmp_path / "report.html", tex=[])
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    Walk(page)
    assert "No picture: <bdi>picture visual7w/" in page


def test_a_broken_log_is_named(run, tmp_path):
    broken = tmp_path / "ofa_seqinstruct/seed-0/log.jsonl"
    write_text(broken, '{"step": 1, "loss": 2.0}\n{"step": 2, "lo')
    with pytest.raises(BadData, match="not JSON") as error:
        main(**run | {"logs": [broken]}, out=tmp_path / "report.html", tex=[])
    assert (error.value.file, error.value.record) == (broken, "line 2")


def test_a_broken_table_is_named(run, tmp_path):
    for path in run["tables"]:
        write_text(tmp_path / path.name, path.read_text().replace(",sensitivity,", ",sensibility,", 1))
    tables = [tmp_path / path.name for path in run["tables"]]
    with pytest.raises(BadData, match=r"KeyError\('sensitivity'\)") as error:
        main(**run | {"tables": tables}, out=tmp_path / "report.html", tex=[])
    assert (error.value.file, error.value.record) == (tmp_path / "aggregates.csv", "line 2")
