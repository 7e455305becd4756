"""How an instance of each output type reads."""

import doctest
from pathlib import Path

import pytest

from workflow_scripts import schemas
from workflow_scripts.dataclass_columns import as_row
from workflow_scripts.instructions import render
from workflow_scripts.instructions.render import examples, name_template
from workflow_scripts.instructions.templates import TEXT_SLOTS, load_templates
from workflow_scripts.stages import derive, expand
from workflow_scripts.tasks.base import Instance
from workflow_scripts.tasks.registry import load_tasks

TEMPLATED = {task.id: task for task in load_tasks().values() if not task.own_instruction}
PICTURE = {"image": "mscoco/x.jpg", "width": 100, "height": 50}
LEFT, RIGHT = (0.0, 0.0, 50.0, 50.0), (50.0, 0.0, 100.0, 50.0)
BINS_LEFT, BINS_RIGHT = "<bin_0> <bin_0> <bin_500> <bin_999>", "<bin_500> <bin_0> <bin_999> <bin_999>"


def rendered(template: str, **fields) -> dict:
    instance = as_row(Instance("7", **PICTURE, **fields))
    [example] = examples(instance, [template], scale=1.0)
    return example


def test_text():
    found = rendered("Ask: <TEXT>", text="Why?", target="so", references=("so", "thus"))
    assert found == {
        **PICTURE,
        "instance_id": "7",
        "instruction": 0,
        "prompt": "Ask: Why?",
        "name_prompt": None,
        "target": "so",
        "target_crop": None,
        "target_image": None,
        "mask": None,
        "references": ["so", "thus"],
        "options": [],
        "subtask": None,
    }


def test_choice():
    found = rendered("Is it? <TEXT> <OPTION>", text="Red.", options=("yes", "no"), target="no", references=("no",))
    assert found["prompt"] == "Is it? Red. [Options]: yes||||no"
    assert (found["target"], found["options"], found["references"]) == ("no", ["yes", "no"], ["no"])


def test_region():
    found = rendered("Where? <TEXT>", text="a cat", target_regions=(LEFT,))
    assert (found["prompt"], found["target"]) == ("Where? a cat", BINS_LEFT)
    assert found["references"] == [BINS_LEFT]


def test_region_choice():
    found = rendered("At <REGION>? <OPTION>", regions=(LEFT,), option_regions=(RIGHT, LEFT), target_regions=(RIGHT,))
    assert found["prompt"] == f"At {BINS_LEFT}? [Options]: {BINS_RIGHT}||||{BINS_LEFT}"
    assert found["options"] == [BINS_RIGHT, BINS_LEFT]
    assert found["target"] == BINS_RIGHT


def test_image():
    found = rendered("Cut <REGION> out.", regions=(LEFT,), target_crop=LEFT)
    assert found["prompt"] == f"Cut {BINS_LEFT} out."
    assert (found["target"], found["target_crop"], found["references"]) == (None, list(LEFT), [])


def test_two_regions():
    assert rendered("<REGION>", regions=(LEFT, RIGHT), target="x")["prompt"] == f"{BINS_LEFT}||||{BINS_RIGHT}"
    found = rendered("<OBJECT> of <SUBJECT>", regions=(LEFT, RIGHT), target="x")
    assert found["prompt"] == f"{BINS_RIGHT} of {BINS_LEFT}"


def test_a_region_alone_is_subject_or_object():
    assert rendered("<SUBJECT>", regions=(LEFT,), target="x")["prompt"] == BINS_LEFT
    assert rendered("<OBJECT>", regions=(LEFT,), target="x")["prompt"] == BINS_LEFT


def test_named_regions():
    found = rendered("Given <REGION>.", regions=(LEFT, RIGHT), region_names=("dog", "cat 2"), target="x")
    assert found["prompt"] == f"Given dog {BINS_LEFT}||||cat 2 {BINS_RIGHT}."


def test_all_slots_of_text():
    texts = {name: f"({name})" for name in ("text", "context", "method", "relation", "answer")}
    found = rendered("<METHOD> <TEXT> <CONTEXT> <ANSWER> <RELATION>", **texts, target="x")
    assert found["prompt"] == "(method) (text) (context) (answer) (relation)"


def test_several_regions_as_answer():
    found = rendered("Where?", target_regions=(LEFT, RIGHT))
    assert (found["target"], found["references"]) == (f"{BINS_LEFT}||||{BINS_RIGHT}", [found["target"]])


def test_slots_within_a_text_are_not_filled():
    assert rendered("<TEXT>", text="<OPTION> \\1 <TEXT>", target="x")["prompt"] == "<OPTION> \\1 <TEXT>"


def test_scale():
    instance = as_row(Instance("7", **PICTURE, regions=(RIGHT,), target="x"))
    [found] = examples(instance, ["<REGION>"], scale=0.5)
    assert found["prompt"] == "<bin_250> <bin_0> <bin_500> <bin_500>"


def test_one_example_per_template_in_order():
    instance = as_row(Instance("7", text="t", target="x", references=("x",)))
    found = list(examples(instance, ["a <TEXT>", "b <TEXT>"], scale=1.0))
    assert [(e["instruction"], e["prompt"]) for e in found] == [(0, "a t"), (1, "b t")]


def test_instruction_of_its_own():
    row = as_row(Instance("7", text="1 and 2", target="3", references=("3",), subtask="s", instruction="Add."))
    [found] = examples(row, [], scale=1.0)
    assert (found["prompt"], found["instruction"], found["subtask"]) == ("Add. 1 and 2", 0, "s")


def test_examples_of_name_templates_hold():
    found = doctest.testmod(render)
    assert found.attempted
    assert not found.failed


def test_by_name():
    """In place of an instruction the task's name, then its slots as in any instruction, the options last."""
    instance = as_row(
        Instance("7", **PICTURE, text="Which?", regions=(LEFT, RIGHT), region_names=("dog", "cat"), options=("a", "b"))
    )
    by_name = name_template("Object Matching", {"OPTION", "REGION", "TEXT"})
    found = list(
        examples(instance, ["One: <TEXT> <REGION> <OPTION>", "<REGION> <TEXT> <OPTION>"], scale=1.0, by_name=by_name)
    )
    read = f"Object Matching: Which? dog {BINS_LEFT}||||cat {BINS_RIGHT} [Options]: a||||b"
    assert [row["name_prompt"] for row in found] == [read, read]


MARKERS = {slot.lower(): f"({slot} marker)" for slot in TEXT_SLOTS}


@pytest.mark.parametrize("task", TEMPLATED.values(), ids=list(TEMPLATED))
def test_every_template_shows_all_that_is_given_once_and_the_options_last(task):
    row = as_row(Instance("7", **PICTURE, target="x", references=("x",))) | MARKERS
    row |= {"regions": [list(LEFT), list(RIGHT)]}
    row |= {"option_regions": [list(RIGHT)]} if task.output == "region_choice" else {"options": ["x", "y"]}
    rows = list(examples(row, load_templates(task), scale=1.0, by_name=name_template(task.name, task.slots)))
    prompts = [row["prompt"] for row in rows]
    assert len(set(prompts)) == 5
    [by_name] = {row["name_prompt"] for row in rows}
    assert by_name.startswith(f"{task.name}:")
    shown = {slot: MARKERS[slot.lower()] for slot in TEXT_SLOTS}
    both = {"REGION": f"{BINS_LEFT}||||{BINS_RIGHT}"}
    shown |= both if "REGION" in task.slots else both | {"SUBJECT": BINS_LEFT, "OBJECT": BINS_RIGHT}
    options = f"[Options]: {BINS_RIGHT if task.output == 'region_choice' else 'x||||y'}"
    for prompt in (*prompts, by_name):
        before, found, after = prompt.partition(f" {options}")
        assert bool(found) == ("OPTION" in task.slots)
        assert after == ""
        for slot, marker in shown.items():
            assert before.count(marker) == (slot in task.slots), (slot, prompt)


def test_names_are_distinct():
    """What is read in place of an instruction tells the task."""
    assert len({task.name.lower() for task in TEMPLATED.values()}) == len(TEMPLATED)


OUTPUTS = {task.output: task for task in reversed(TEMPLATED.values())}  # the first task of each


@pytest.mark.parametrize("output", OUTPUTS)
def test_snapshot(output, native, golden, tmp_path):
    """All that a model reads and is to answer, of one instance of each output type."""
    task, made = OUTPUTS[output], tmp_path / "instances.parquet"
    records = [native.records(dataset, task.splits[0]) for dataset in task.datasets]
    derive.main(task=task.id, seed=0, max_instances=[1], max_per_picture=1, scale=1.0, records=records, out=[made])
    [row] = schemas.read(made, schemas.INSTANCES)
    found = list(examples(row, load_templates(task), scale=1.0, by_name=name_template(task.name, task.slots)))
    answer = found[0]["target"] or f"picture codes of {found[0]['target_image'] or 'its picture'}, {row['target_crop']}"
    lines = [f"{task.name}: {row['instance_id']}", *(f"{e['instruction'] + 1}  {e['prompt']}" for e in found)]
    lines.append(f"by name  {found[0]['name_prompt']}")
    golden(Path(__file__).parent / "snapshots" / f"{output}.txt", "\n".join([*lines, f"-> {answer}", ""]))


@pytest.mark.parametrize("task", load_tasks().values(), ids=list(load_tasks()))
def test_every_task_expands(task, world, tmp_path):
    """Through the stages: five examples an instance, no slot left, the target among the options as spelt."""
    made, out = tmp_path / "instances.parquet", tmp_path / "examples.parquet"
    records = [world.records(dataset, task.splits[0]) for dataset in task.datasets]
    derive.main(task=task.id, seed=0, max_instances=[4], max_per_picture=4, scale=1.0, records=records, out=[made])
    templates, scale, by_name = world.plan.templates(task.id), world.plan.location_scale, world.plan.by_name(task.id)
    expand.main(templates=templates, by_name=by_name, scale=scale, max_instances=[4], instances=[made], out=[out])
    rows = list(schemas.read(out, schemas.EXAMPLES))
    instances = schemas.column(made, "instance_id")
    each = 1 if task.own_instruction else 5
    assert [r["instance_id"] for r in rows] == [i for i in instances for _ in range(each)]
    for row in rows:
        assert (row["name_prompt"] is None) == (task.role == "eval" or task.own_instruction)
        assert not any(f"<{slot}>" in row["prompt"] for slot in task.slots)
        if task.output in ("choice", "region_choice"):
            assert row["options"].count(row["target"]) == 1
            assert row["prompt"].endswith("[Options]: " + "||||".join(row["options"]))
        assert (row["target"] is None) == (task.output == "image")
        assert row["target"] is None or row["target"] in row["references"]
