"""Tables, words and boxes by hand."""

import doctest
from dataclasses import replace

import pytest

from workflow_scripts import schemas
from workflow_scripts.report import figures, latex, lengths, overlay, overview, page, results, trainings, wording
from workflow_scripts.report.results import Aggregate, Comparison, Difference

from . import world


def aggregate(mean, **fields):
    known = {"max": mean, "sensitivity": 0.1, "low": None, "high": None, "seed_std": None, "tasks": 2, "seeds": 1}
    return Aggregate(mean, **known | {"without_sensitivity": 0} | fields)


def comparison(*means, against=None, **fields):
    aggregates = tuple(None if m is None else aggregate(m, **fields) for m in means)
    return Comparison("multimodal", tuple("abcdef"[: len(means)]), (), aggregates, against)


def leaks(after: int) -> overview.Leakage:
    return overview.Leakage(unseen=(), rows=(), tasks=1, before=9, after=after)


def with_difference(table, variant, *numbers):
    """The table with the difference of one variant from `against`: difference, low, high, p."""
    place = table.variants.index(variant)
    found = replace(table.aggregates[place], difference=Difference(table.against, *numbers))
    return replace(table, aggregates=(*table.aggregates[:place], found, *table.aggregates[place + 1 :]))


def test_the_answer_names_the_best_variant_and_its_lead():
    table = with_difference(comparison(0.1, 0.5, 0.42, None, against="c", seeds=3), "b", 0.08, 0.05, 0.11, 0.01)
    assert str(wording.answer(table, 200)) == (
        "<strong>b</strong> is best on the 2 unseen multimodal tasks: 50.0 % on average (n = 200 instances, mean of "
        "3 seeds), 8.0 points above <strong>c</strong>, the next. The 95 % interval of that difference is 5.0 to 11.0."
    )


def test_a_lead_over_the_next_is_turned_round_where_the_best_is_what_others_are_tested_against():
    table = with_difference(comparison(0.5, 0.48, against="a"), "b", -0.02, -0.06, 0.02, 0.4)
    assert "−2.0 to 6.0: with this many instances the lead may be chance" in wording.answer(table, 9)


def test_a_lead_that_was_not_tested_is_only_told():
    table = with_difference(comparison(0.5, 0.48, 0.1, against="c"), "a", 0.4, 0.3, 0.5, 0.01)
    assert wording.answer(table, 9).endswith("2.0 points above <strong>b</strong>, the next.")


def test_level_variants_a_single_one_and_none():
    assert "are level at 50.0 %" in wording.answer(comparison(0.5, 0.5), 9)
    assert wording.answer(comparison(0.5), 9).startswith("<strong>a</strong> scores 50.0 %")
    assert wording.answer(comparison(None), 9) is None


def test_what_tuning_does_is_told_as_it_is():
    def told(before, after):
        return str(wording.effect(Comparison("multimodal", ("ofa", "ofa_multiinstruct"), (), (before, after), None)))

    assert told(aggregate(0.2, sensitivity=0.3), aggregate(0.5, sensitivity=0.1)) == (
        "Tuned on MULTIINSTRUCT the model gains 30.0 points on them (<code>ofa_multiinstruct</code> 50.0 %, untuned "
        "20.0 %), and it depends less on the wording: sensitivity 0.10, untuned 0.30."
    )
    assert wording.effect(Comparison("multimodal", ("ofa",), (), (aggregate(0.2),), None)) is None
    assert told(aggregate(0.0), aggregate(0.0)) == "None"
    worse = told(aggregate(0.5, sensitivity=0.1), aggregate(0.2, sensitivity=0.3))
    assert "loses 30.0 points" in worse
    assert "no less on the wording" in worse
    assert told(aggregate(0.2, sensitivity=None), aggregate(0.5)).endswith("untuned 20.0 %).")


@pytest.mark.parametrize(
    ("model", "mirror", "expected"),
    [
        ({"base": None}, "official", ["random weights", "its 20.0 % is a floor"]),
        (
            {"base": "released", "size": "ofa_nano"},
            "miniature",
            ["start from <code>ofa_nano</code>", "miniature world"],
        ),
        ({"base": "released", "size": "ofa_large"}, "official", None),
    ],
)
def test_what_must_be_known_of_pictures_and_base(model, mirror, expected):
    table = Comparison("multimodal", ("ofa",), (), (aggregate(0.2),), None)
    note = wording.base_note({"model": model, "raw": {"mirror": mirror, "root": None}}, table)
    assert note is None if expected is None else all(text in note for text in expected)


def test_best_is_the_highest_mean_and_the_lowest_sensitivity():
    found = (
        aggregate(0.5, max=0.6, sensitivity=0.3),
        aggregate(0.4, max=0.7, sensitivity=0.2),
        aggregate(0.4, max=0.7, sensitivity=None),
    )
    table = Comparison("multimodal", ("a", "b", "c"), (), found, None)
    assert (table.best("mean"), table.best("max"), table.best("sensitivity")) == ({0}, {1, 2}, {1})


@pytest.mark.parametrize(
    ("difference", "p", "direction"), [(0.1, 0.049, "above"), (-0.1, 0.01, "below"), (0.1, 0.05, None), (0.0, 0, None)]
)
def test_significant_is_what_has_a_p_below_5_percent(difference, p, direction):
    assert Difference("a", difference, 0, 0, p).direction == direction


def test_a_variant_that_always_answers_the_same_with_every_seed_is_found(tmp_path):
    said = {"a": [["no"] * 20, ["yes"] * 20], "b": [["no", "yes"] * 10, ["no"] * 20], "c": [[""] * 20] * 2}
    rows = [
        {"variant": v, "seed": seed, "task": t, "instance_id": str(i), "instruction": 0, "metric": "accuracy",
         "output": text, "answer": text or None, "target": ("yes", "no")[i % 2] if t == "differing" else "no",
         "score": 0.0}
        for v, seeds in said.items() for seed, texts in enumerate(seeds)
        for t in ("differing", "uniform") for i, text in enumerate(texts)
    ]  # fmt: skip
    ranked = [row | {"metric": "accuracy_ranked", "output": f"{i}"} for i, row in enumerate(rows)]
    schemas.write(rows + ranked, schemas.ANSWERS, tmp_path / "answers.parquet")
    assert results.constants(tmp_path / "answers.parquet") == {("a", "differing"): "no"}


def test_scores_by_instruction_are_means_over_seeds_and_unparsed_outputs_count_once(tmp_path):
    rows = [
        {"variant": "a", "seed": seed, "task": "t", "instruction": k, "metric": metric, "score": 0.2 * seed + 0.1 * k,
         "n": 10, "unparsed": seed, "off_options": None}
        for seed in (1, 2) for k in (0, 1) for metric in ("accuracy", "rouge_l", "accuracy_ranked")
    ]  # fmt: skip
    schemas.write(rows, schemas.SCORES, tmp_path / "scores.parquet")
    found = results.by_instruction(tmp_path / "scores.parquet")["t"]["rouge_l", "a"]
    assert found == pytest.approx({0: 0.3, 1: 0.4})
    assert results.unparsed(tmp_path / "scores.parquet", ["b", "a"]) == {"a": (6, 40)}


def test_no_variant_above_zero_is_no_tie():
    assert wording.answer(comparison(0.0, 0.0), 9).startswith("No variant scores above 0.0 %")


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
    outputs = [((0, 2), "<bin_0> <bin_0> <bin_500> <bin_999>"), ((1,), "no box")]
    option, target, prediction = overlay.boxes(instance, outputs, scale=1.0)
    assert (option.label, option.x, option.width) == ("A", 0, 32)
    assert target.kind == "target"
    assert (prediction.label, prediction.variants) == ("1·3", (0, 2))
    tags = [(b.label_x, b.label_y) for b in (option, target, prediction)]
    assert len(set(tags)) == 3


def test_a_long_curve_is_thinned_and_keeps_its_ends():
    points = [(i, 1 / (i + 1)) for i in range(5000)]
    kept = figures.thinned(points)
    assert (kept[0], kept[-1]) == (points[0], points[-1])
    assert len(kept) <= figures.MAX_POINTS + 1


def test_leakage_by_task_and_by_what_it_was_recognised(run):
    names = {task: {"name": name} for task, (name, *_) in world.TASKS.items()}
    found = overview.leakage(next(p for p in run["tables"] if p.name == "leakage.csv"), names)
    assert found.unseen == ("Grounded VQA", "Natural Language for Visual Reasoning")
    [row] = found.rows
    assert (row.name, row.before, row.after) == ("Visual Grounding", 5, 0)
    assert row.cells == ({"by number": 3}, {"by looks": 1, "by text": 2})
    assert (found.tasks, found.before, found.after) == (2, 5, 0)


@pytest.mark.parametrize("module", [lengths, latex, page, results, trainings, wording], ids=lambda m: m.__name__)
def test_examples_in_docstrings(module):
    found = doctest.testmod(module)
    assert found.attempted
    assert not found.failed
