"""The miniature NATURAL INSTRUCTIONS: the native schema, the split lists, balance, and answers worked out again."""

import json
import re
import zipfile
from collections import Counter

import pytest

from workflow_scripts.miniature import natural_instructions

ROOT = "natural-instructions-master"
SIZE = 150
KEYS = [
    "Contributors", "Source", "URL", "Categories", "Reasoning", "Definition", "Input_language", "Output_language",
    "Instruction_language", "Domains", "Positive Examples", "Negative Examples", "Instances", "Instance License",
]  # fmt: skip


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("natural_instructions")
    natural_instructions.write(11, {"natural_instructions": SIZE}, folder)
    with zipfile.ZipFile(folder / "natural-instructions-master.zip") as archive:
        return {name.removeprefix(f"{ROOT}/"): archive.read(name).decode() for name in archive.namelist()}


@pytest.fixture(scope="module")
def tasks(files):
    return {
        name.removeprefix("tasks/").removesuffix(".json"): json.loads(text)
        for name, text in files.items()
        if name.startswith("tasks/")
    }


@pytest.fixture(scope="module")
def splits(files):
    return {s: files[f"splits/default/{s}_tasks.txt"].splitlines() for s in ("train", "test", "excluded")}


def instances(tasks, name):
    return [(i["input"], i["output"]) for i in tasks[name]["Instances"]]


def test_native_schema(tasks):
    for name, task in tasks.items():
        number = re.fullmatch(r"task(9\d\d\d)_miniature_\w+", name)[1]
        assert list(task) == KEYS
        assert (len(task["Positive Examples"]), len(task["Negative Examples"])) == (2, 1)
        for example in task["Positive Examples"] + task["Negative Examples"]:
            assert list(example) == ["input", "output", "explanation"]
            assert all(isinstance(value, str) and value for value in example.values())
        for instance in task["Instances"]:
            assert list(instance) == ["id", "input", "output"]
            assert re.fullmatch(rf"task{number}-[0-9a-f]{{32}}", instance["id"])
            assert all(isinstance(reference, str) and reference for reference in instance["output"])
            assert instance["output"]


def test_the_corpus_has_what_a_reader_must_cope_with(tasks, splits):
    definitions = [task["Definition"] for task in tasks.values()]
    assert sum(isinstance(d, str) for d in definitions) == 1
    assert all(isinstance(d, str) or (len(d) == 1 and isinstance(d[0], str)) for d in definitions)
    assert any(len(i["output"]) > 1 for name in splits["train"] for i in tasks[name]["Instances"])
    assert any(len(i["output"]) > 1 for name in splits["test"] for i in tasks[name]["Instances"])
    foreign = [name for name, task in tasks.items() if task["Output_language"] != ["English"]]
    assert foreign == splits["excluded"]


def test_splits_are_complete_and_disjoint(tasks, splits):
    listed = splits["train"] + splits["test"] + splits["excluded"]
    assert sorted(listed) == sorted(tasks)
    assert (len(splits["train"]), len(splits["test"])) == (10, 4)


def test_sizes_and_distinct_instances(tasks, splits):
    ids = [instance["id"] for task in tasks.values() for instance in task["Instances"]]
    assert len(set(ids)) == len(ids)
    for name, task in tasks.items():
        assert len(task["Instances"]) == (120 if name in splits["test"] else SIZE)
        inputs = [r["input"] for r in task["Instances"] + task["Positive Examples"] + task["Negative Examples"]]
        assert len(set(inputs)) == len(inputs), name


def test_first_hundred_of_a_test_task_are_balanced(tasks, splits):
    for name in splits["test"]:
        title = "title" in name
        answers = Counter(o[0].split()[-1] if title else o[0] for _, o in instances(tasks, name)[:100])
        assert max(answers.values()) - min(answers.values()) <= 1, answers


def test_examples_are_right_and_wrong(tasks):
    for task in tasks.values():
        right, wrong = task["Positive Examples"], task["Negative Examples"][0]
        assert right[0]["output"] != right[1]["output"]
        assert all(example["output"] in example["explanation"] for example in right)
        assert wrong["explanation"].startswith("This is wrong.")


def test_last_word(tasks):
    for text, outputs in instances(tasks, "task9001_miniature_last_word_selection"):
        assert outputs == [text.split()[-1]]


def test_word_count(tasks):
    numbers = ["two", "three", "four", "five", "six", "seven"]
    for text, outputs in instances(tasks, "task9002_miniature_word_counting"):
        assert outputs == [numbers[text.count(" ") - 1]]


def test_larger_number(tasks):
    for text, outputs in instances(tasks, "task9003_miniature_larger_number_selection"):
        one, other = map(int, re.findall(r"\d+", text))
        assert one != other
        assert outputs == [str(max(one, other))]


def test_list_membership(tasks):
    for text, outputs in instances(tasks, "task9005_miniature_list_membership_classification"):
        listed, word = re.fullmatch(r"List: (.+)\. Word: (\w+)\.", text).groups()
        assert outputs == ["yes" if word in listed.split(", ") else "no"]


def test_only_one_colour_is_mentioned(tasks):
    colours = {"red", "blue", "green", "yellow", "black", "white", "brown", "grey"}
    for text, outputs in instances(tasks, "task9007_miniature_colour_extraction"):
        assert [word for word in text.split() if word in colours] == outputs


def test_reversal(tasks):
    for text, outputs in instances(tasks, "task9009_miniature_two_words_reversal"):
        assert outputs == [" ".join(reversed(text.split()))]


def test_who_gave_or_got(tasks):
    pattern = r"Passage: (\w+) gave the (\w+) to (\w+)\. Question: Who (gave|got) the (\w+)\?"
    for text, outputs in instances(tasks, "task9010_miniature_giving_question_answering"):
        giver, thing, taker, verb, asked = re.fullmatch(pattern, text).groups()
        assert thing == asked
        assert outputs == [giver if verb == "gave" else taker]
    for text, outputs in instances(tasks, "task9102_miniature_giving_answerability_classification"):
        _, thing, _, _, asked = re.fullmatch(pattern, text).groups()
        assert outputs == ["yes" if thing == asked else "no"]


def test_same_bytes_twice_and_other_bytes_for_another_seed(tmp_path):
    for folder, seed in (("a", 1), ("b", 1), ("c", 2)):
        natural_instructions.write(seed, {"natural_instructions": 20}, tmp_path / folder)
    first, again, other = ((tmp_path / folder / "natural-instructions-master.zip").read_bytes() for folder in "abc")
    assert first == again != other


def test_an_instance_does_not_depend_on_how_many_there_are():
    task = natural_instructions.TASKS[0]
    few, many = (natural_instructions.task_file(5, task, n)["Instances"] for n in (10, 60))
    assert many[:10] == few


def test_more_instances_than_inputs_are_repeated_inputs_with_own_ids():
    task = next(t for t in natural_instructions.TASKS if t.name == "antonym_generation")
    made = natural_instructions.task_file(5, task, 700)["Instances"]
    assert len({i["id"] for i in made}) == 700
    assert len({i["input"] for i in made}) > 500
