"""Promises that every task keeps. Tasks come from the registry: no test names one."""

import dataclasses
import gc
import json
import random
from collections import Counter

import pytest

from tests.conftest import TESTS
from workflow_scripts import schemas
from workflow_scripts.datasets.registry import load_dataset
from workflow_scripts.evaluation.metrics import METRICS, answer_of, parts
from workflow_scripts.instructions.render import examples
from workflow_scripts.instructions.templates import TEXT_SLOTS, load_templates
from workflow_scripts.regions import spell
from workflow_scripts.stages import derive
from workflow_scripts.tasks import sampling
from workflow_scripts.tasks.answers import normal
from workflow_scripts.tasks.base import Task
from workflow_scripts.tasks.registry import load_tasks
from workflow_scripts.tasks.sampling import instances

TASKS = load_tasks()
MANY = 10_000
each_task = pytest.mark.parametrize("task", TASKS.values(), ids=list(TASKS))
each_task_and_split = pytest.mark.parametrize(
    ("task", "split"), [pytest.param(t, s, id=f"{t.id}-{s}") for t in TASKS.values() for s in t.splits]
)


def derived(task: Task, records, *, seed: int = 0, most: int = MANY, per_picture: int = MANY) -> list:
    return list(instances(task, records, seed=seed, max_instances=most, max_per_picture=per_picture))


def records_of(task: Task, world, split: str | None = None) -> dict:
    """The records of the task's datasets; of its first split if none is given."""
    return {dataset: world.records(dataset, split or task.splits[0]) for dataset in task.datasets}


def rewritten(task: Task, records, folder, change) -> dict:
    """The task's records with a change made to each of their lists, as tables of their own."""
    for dataset, path in records.items():
        schema = schemas.of_records(load_dataset(dataset).record)
        schemas.write(change(list(schemas.read(path, schema))), schema, folder / dataset)
    return {dataset: folder / dataset for dataset in records}


# Golden files


def told(row: dict) -> str:
    """A row for people: without what is empty."""
    return json.dumps({k: v for k, v in row.items() if v not in (None, [])}, ensure_ascii=False) + "\n"


@each_task
def test_golden(task, native, golden, tmp_path):
    out = tmp_path / "instances.parquet"
    records = list(records_of(task, native).values())
    derive.main(task=task.id, seed=0, max_instances=[3], max_per_picture=4, scale=1.0, records=records, out=[out])
    rows = list(schemas.read(out, schemas.INSTANCES))
    assert rows
    text = ""
    for row in rows:
        templates = () if task.own_instruction else load_templates(task)
        example = next(examples(row, templates, scale=1.0))
        text += told(row | {"prompt": example["prompt"], "answer": example["target"]})
    golden(TESTS / "golden" / f"{task.id}.jsonl", text)


def test_every_golden_file_has_a_task():
    assert {p.name for p in (TESTS / "golden").iterdir()} == {f"{task}.jsonl" for task in TASKS}


# What a task declares


@each_task
def test_declaration_is_coherent(task):
    assert task.metrics or task.output == "image"
    assert set(task.metrics) <= set(METRICS)
    assert ("OPTION" in task.slots) == (task.output in ("choice", "multi_choice", "region_choice"))
    assert all(set(task.splits) <= set(load_dataset(dataset).splits) for dataset in task.datasets)
    assert not (task.own_instruction and task.slots)


def test_no_two_tasks_bear_one_name():
    assert len({task.name for task in TASKS.values()}) == len(TASKS)


# What it derives


@each_task_and_split
def test_world_gives_instances(task, split, world):
    limits = world.config.instances
    found = derived(
        task,
        records_of(task, world, split),
        most=getattr(limits, f"max_{split}"),
        per_picture=limits.max_per_picture,
    )
    assert 1 <= len(found) <= getattr(limits, f"max_{split}")
    pictures = Counter(i.image for i in found if i.image is not None)
    assert max(pictures.values(), default=0) <= limits.max_per_picture or task.role == "eval"


@pytest.mark.parametrize("task", [t for t in TASKS.values() if t.role == "eval"], ids=lambda t: t.id)
def test_cap_orders_what_unseen_tasks_are_evaluated_on_and_leaves_nothing_out(task, world):
    records = records_of(task, world)
    whole, capped = derived(task, records), derived(task, records, per_picture=1)
    assert sorted(i.instance_id for i in capped) == sorted(i.instance_id for i in whole)
    pictures = [i.image for i in capped if i.image is not None]
    assert len(set(pictures[: len(set(pictures))])) == len(set(pictures))


def test_ids_are_unique_over_everything(world):
    ids = Counter(i.instance_id for t in TASKS.values() for s in t.splits for i in derived(t, records_of(t, world, s)))
    assert [instance_id for instance_id, times in ids.items() if times > 1] == []


@each_task_and_split
def test_promises(task, split, world):
    check_promises(task, derived(task, records_of(task, world, split)))


# What of the real sample can be read, and the native splits that it has.
SAMPLES = {
    "mscoco": {"train": "train2014", "validation": "val2014"},
    "visual_genome": {"train": "train"},
    "vqa_v2": {"train": "train2014"},
    "nlvr": {"test": "dev"},
    "natural_instructions": {"train": "train", "test": "test"},
    "snli_ve": {"test": "dev"},
    "textvqa": {"test": "val"},
    "vsr": {"test": "zeroshot/test"},
}


@pytest.mark.parametrize("dataset", SAMPLES)
def test_promises_on_real_data(dataset, real):
    real.read(dataset, SAMPLES[dataset])
    made = Counter()
    for task in TASKS.values():
        for split in set(SAMPLES[dataset]).intersection(task.splits) if task.dataset == dataset else ():
            found = derived(dataclasses.replace(task, also=()), {dataset: real.records(dataset, split)})
            check_promises(task, found)
            made[task.id] += len(found)
    assert made
    assert [task for task, count in made.items() if count == 0] == []


def check_promises(task: Task, found: list) -> None:
    assert len({i.instance_id for i in found}) == len(found)
    for i in found:
        assert answers(task, i) == 1
        check_options(task, i)
        for x0, y0, x1, y1 in (*i.regions, *i.option_regions, *i.target_regions, *filter(None, [i.mask])):
            assert 0 <= x0 < x1 <= i.width
            assert 0 <= y0 < y1 <= i.height
        assert len(i.region_names) in (0, len(i.regions))
        for slot in TEXT_SLOTS if task.slots else ():
            assert (slot in task.slots) == (getattr(i, slot.lower()) is not None)
        assert i.target is None or (i.target in i.references and i.target.strip() == i.target != "")
        assert (i.instruction is not None) == task.own_instruction
        assert len(i.regions) >= len(task.slots & {"REGION", "SUBJECT", "OBJECT"})


def answers(task: Task, i) -> int:
    """How many kinds of answer an instance has."""
    return (i.target is not None) + bool(i.target_regions) + (i.target_crop is not None)


def check_options(task: Task, i) -> None:
    if task.output == "choice":
        assert Counter(i.options)[i.target] == 1
        assert len({normal(o) for o in i.options}) == len(i.options) >= 2
    elif task.output == "multi_choice":
        assert len({normal(o) for o in i.options}) == len(i.options) >= 3
        assert parts(i.target) <= set(i.options)
    elif task.output == "region_choice":
        [target] = i.target_regions
        assert Counter(i.option_regions)[target] == 1
        assert len(set(i.option_regions)) == len(i.option_regions) >= 2
        right, *options = (spell(region, i.width, i.height) for region in (target, *i.option_regions))
        assert answer_of(right, options, task.output) == right
        assert options.count(right) == 1
    else:
        assert not i.options
        assert not i.option_regions


@each_task
def test_order_of_records_is_no_input(task, world, tmp_path):
    records = records_of(task, world)
    shuffled = rewritten(task, records, tmp_path, lambda rows: random.Random(1).sample(rows, len(rows)))
    assert derived(task, shuffled, most=30, per_picture=2) == derived(task, records, most=30, per_picture=2)


@each_task
def test_other_records_are_no_input(task, world, tmp_path):
    """Half of the records give the instances that they give among all; what a survey says of the whole is kept."""
    dataset, records = load_dataset(task.dataset), records_of(task, world)
    if task.survey is not None:
        column, value = task.where or (None, None)
        all_records = schemas.records(records[task.dataset], dataset.record)
        whole = task.survey([r for r in all_records if column is None or getattr(r, column) == value])
        task = dataclasses.replace(task, survey=lambda _: whole)
    half = rewritten(task, records, tmp_path, lambda rows: rows[::2])
    assert derived(task, half, most=3)
    among_all = {i.instance_id: i for i in derived(task, records)}
    for i in derived(task, half):
        assert among_all[i.instance_id] == i


@each_task
def test_seed_decides(task, world):
    records = records_of(task, world)
    once, again, other = (derived(task, records, seed=seed, most=8) for seed in (0, 0, 1))
    assert once == again
    assert once != other


@each_task
def test_smaller_sample_is_the_beginning_of_a_larger_one(task, world):
    records = records_of(task, world)
    assert derived(task, records, most=3) == derived(task, records, most=30)[:3]


def test_records_are_held_in_bounded_numbers(world, monkeypatch):
    """As columns, and fewer of them as objects, however few give an instance; what is sampled is the same."""
    task = TASKS["counting"]  # most of whose records give none
    records, held = records_of(task, world), load_dataset(task.dataset).record
    found = derived(task, records, most=30)
    as_columns, as_objects = [], []
    in_order = schemas.records_in_order

    def observed_in_order(path, record, ids):
        as_columns.append(len(ids))
        return in_order(path, record, ids)

    def observed_derive(*args):
        as_objects.append(sum(isinstance(o, held) for o in gc.get_objects()))
        return task.derive(*args)

    monkeypatch.setattr(schemas, "records_in_order", observed_in_order)
    monkeypatch.setattr(schemas, "ROWS_PER_GROUP", 5)
    monkeypatch.setattr(sampling, "LARGEST", 40)
    assert derived(dataclasses.replace(task, derive=observed_derive), records, most=30) == found
    assert len(as_columns) > 1
    assert max(as_columns) == 40
    assert max(as_objects) <= 2 * 5


@each_task
def test_another_task_id_draws_another_sample(task, world):
    records = records_of(task, world)
    other = dataclasses.replace(task, id=f"{task.id}_")
    assert without_task(derived(task, records, most=8)) != without_task(derived(other, records, most=8))


def without_task(found: list) -> list:
    return [dataclasses.replace(i, instance_id=i.instance_id.partition("/")[2]) for i in found]


# What can be guessed without looking

CHOICES = [t for t in TASKS.values() if t.output in ("choice", "region_choice") and t.role != "eval"]
# Of chi-square by degrees of freedom: exceeded once in 10,000 times if all positions are equally likely.
CRITICAL = {1: 15.1, 2: 18.4, 3: 21.1, 4: 23.5, 5: 25.7, 6: 27.9, 7: 29.9}


@pytest.mark.parametrize("task", CHOICES, ids=[t.id for t in CHOICES])
def test_options_do_not_tell_the_answer(task, world):
    """As many options everywhere but where they are yes and no. Drawn ones: the right one is equally often each.

    Two labels: half and half. Where the options are the same labels everywhere and more than two, how often each is
    right is the dataset's.
    """
    found = [i for seed in range(12) for i in derived(task, records_of(task, world), seed=seed, most=100)]
    assert len(found) >= 60
    yes_or_no = [set(i.options) == {"yes", "no"} for i in found]
    for form in sorted(set(yes_or_no)):
        check_places([i for i, has_form in zip(found, yes_or_no) if has_form == form])


def check_places(found: list) -> None:
    shown = [i.option_regions or i.options for i in found]
    [count] = {len(options) for options in shown}
    if len(set(shown)) == 1 and count > 2:
        return
    at = Counter(
        options.index(i.target_regions[0] if i.target_regions else i.target) for options, i in zip(shown, found)
    )
    distinct = len({(i.instance_id, i.options, i.target) for i in found})
    if set(map(tuple, map(sorted, shown))) == {("no", "yes")}:
        assert abs(at[0] / len(found) - 0.5) < 0.05 + 1.5 / distinct**0.5  # and three standard deviations of a coin
    else:
        expected = len(found) / count
        assert sum((at[n] - expected) ** 2 / expected for n in range(count)) < CRITICAL[count - 1]
