"""Tables, words and boxes by hand."""

import math

import pytest

from workflow_scripts import schemas
from workflow_scripts.report import figures, overlay, overview, results, wording
from workflow_scripts.report.results import Aggregate, Comparison

from . import world


def comparison(*means):
    aggregates = tuple(None if m is None else Aggregate(m, m, 0.1, 2) for m in means)
    return Comparison("multimodal", tuple("abcdef"[: len(means)]), (), aggregates)


def leaks(after: int) -> overview.Leakage:
    return overview.Leakage(unseen=(), rows=(), tasks=1, before=9, after=after)


def test_the_answer_names_the_best_variant_and_its_lead():
    text = str(wording.answer(comparison(0.1, 0.5, 0.42, None), 200, 0.03))
    assert text == (
        "<strong>b</strong> is best on the 2 unseen multimodal tasks: 50.0 % on average (n = 200 instances), "
        "8.0 points above <strong>c</strong>, the next. The 95 % interval of that difference is 5.0 to 11.0."
    )


def test_a_lead_that_may_be_chance_is_called_so():
    assert "−2.0 to 6.0: with this many instances the lead may be chance" in wording.answer(
        comparison(0.5, 0.48), 9, 0.04
    )


def test_level_variants_a_single_one_and_none():
    assert "are level at 50.0 %" in wording.answer(comparison(0.5, 0.5), 9, None)
    assert wording.answer(comparison(0.5), 9, None).startswith("<strong>a</strong> scores 50.0 %")
    assert wording.answer(comparison(None), 9, None) is None


def test_best_is_the_highest_mean_and_the_lowest_sensitivity():
    aggregates = (Aggregate(0.5, 0.6, 0.3, 2), Aggregate(0.4, 0.7, 0.2, 2), Aggregate(0.4, 0.7, None, 2))
    table = Comparison("multimodal", ("a", "b", "c"), (), aggregates)
    assert (table.best("mean"), table.best("max"), table.best("sensitivity")) == ({0}, {1, 2}, {1})


def test_half_width_is_paired_by_instance_and_by_task(tmp_path):
    differences = {"t": [0.0, 1.0, 0.0, 1.0], "u": [0.5, 0.5, 0.5, 0.5]}
    rows = [
        {"variant": v, "task": t, "instance_id": str(i), "instruction": 0, "metric": "accuracy", "output": "",
         "answer": None, "target": "", "score": d if v == "a" else 0.0}
        for t, ds in differences.items() for i, d in enumerate(ds) for v in "ab"
    ]  # fmt: skip
    schemas.write(rows, schemas.ANSWERS, tmp_path / "answers.parquet")
    variance = (4 * 0.25 / 3) / 4  # of the mean difference in t; none in u
    found = results.half_width(tmp_path / "answers.parquet", ("a", "b"), {"t", "u"})
    assert found == pytest.approx(1.96 * math.sqrt(variance) / 2)
    assert results.half_width(tmp_path / "answers.parquet", ("a", "c"), {"t", "u"}) is None


def test_a_variant_that_always_answers_the_same_is_found(tmp_path):
    said = {"a": ["no"] * 20, "b": ["no", "yes"] * 10, "c": [""] * 20}
    rows = [
        {"variant": v, "task": t, "instance_id": str(i), "instruction": 0, "metric": "accuracy", "output": text,
         "answer": text or None, "target": ("yes", "no")[i % 2] if t == "differing" else "no", "score": 0.0}
        for v, texts in said.items() for t in ("differing", "uniform") for i, text in enumerate(texts)
    ]  # fmt: skip
    schemas.write(rows, schemas.ANSWERS, tmp_path / "answers.parquet")
    assert results.constants(tmp_path / "answers.parquet") == {("a", "differing"): "no"}


def test_no_variant_above_zero_is_no_tie():
    assert wording.answer(comparison(0.0, 0.0), 9, None).startswith("No variant scores above 0.0 %")


def test_warnings_only_where_something_matters():
    nothing = {
        "unparsed": {"a": (0, 900)},
        "truncated": {},
        "constants": {},
        "bad": [],
        "skipped": [],
        "instances": {"t": 500},
        "leaks": leaks(0),
    }
    assert wording.warnings(**nothing) == []
    bad = [overview.BadRecords("nlvr", "test", 3, ())]
    same = {("a", "t"): "no", ("a", "u"): "no", ("b", "t"): "w" * 99}
    found = dict(
        wording.warnings(
            unparsed={"a": (9, 90)},
            truncated={"t": 2},
            constants=same,
            bad=bad,
            skipped=["u"],
            instances={"t": 16},
            leaks=leaks(3),
        )
    )
    assert next(iter(found)) == "Trained on what is tested"
    assert len(found) == 7
    assert found["Always the same answer"].startswith(f"a on 2 tasks (“no”); b on 1 task (“{'w' * 30}…”).")
    assert found["Outputs that could not be parsed"].startswith("a 10.0 % (9 of 90)")


def test_boxes_of_equal_predictions_are_one():
    instance = {
        "width": 1000, "height": 500, "mask": None, "regions": [], "region_names": [],
        "option_regions": [[0, 0, 100, 100]],
        "target_regions": [[0, 0, 100, 100]], "target_crop": None,
    }  # fmt: skip
    outputs = [(0, "<bin_0> <bin_0> <bin_500> <bin_999>"), (2, "<bin_0> <bin_0> <bin_500> <bin_999>"), (1, "no box")]
    option, target, prediction = overlay.boxes(instance, outputs, scale=1.0)
    assert (option.label, option.x, option.width) == ("A", 0, 32)
    assert target.kind == "target"
    assert (prediction.label, prediction.variants) == ("1·3", (0, 2))
    tags = [(b.label_x, b.label_y) for b in (option, target, prediction)]
    assert len(set(tags)) == 3


def test_a_long_curve_is_thinned_and_keeps_its_ends():
    points = [(i, 1 / (i + 1)) for i in range(5000)]
    kept = figures._thinned(points)
    assert (kept[0], kept[-1]) == (points[0], points[-1])
    assert len(kept) <= figures.MAX_POINTS + 1


def test_leakage_by_task_and_by_what_it_was_recognised(run):
    names = {task: {"name": name} for task, (name, *_) in world.TASKS.items()}
    found = overview.leakage(run["leakage"], names)
    assert found.unseen == ("Grounded VQA", "Natural Language for Visual Reasoning")
    [row] = found.rows
    assert (row.name, row.before, row.after) == ("Visual Grounding", 5, 0)
    assert row.cells == ({"by number": 3}, {"by looks": 1, "by text": 2})
    assert (found.tasks, found.before, found.after) == (2, 5, 0)
