"""Five templates a task, and what is said of files that are wrong."""

import difflib
import itertools

import pytest
import yaml

from workflow_scripts.errors import BadConfig
from workflow_scripts.instructions import templates
from workflow_scripts.instructions.templates import SLOT, check_all, load_templates
from workflow_scripts.tasks.base import Task
from workflow_scripts.tasks.registry import load_tasks

TASKS = {task.id: task for task in load_tasks().values() if not task.own_instruction}
GOOD = [
    "One. <TEXT> <OPTION>",
    "Two? <TEXT> <OPTION>",
    "<TEXT> Three. <OPTION>",
    "Four: <TEXT> <OPTION>",
    "V <TEXT> <OPTION>",
]


@pytest.fixture
def task(tmp_path, monkeypatch) -> Task:
    """A task whose templates lie in tmp_path/guess.yaml."""
    monkeypatch.setattr(Task, "templates_file", property(lambda self: tmp_path / f"{self.id}.yaml"))
    return Task("Guess", "nlvr", "train", "choice", (), iter, frozenset({"TEXT", "OPTION"}), id="guess", group="group")


def written(task: Task, texts: list[str]) -> Task:
    lines = "".join(f'  - "{text}"\n' for text in texts)
    task.templates_file.write_text(f"# wording\ntemplates:\n{lines}")
    return task


def problems(task: Task) -> list[str]:
    with pytest.raises(BadConfig) as caught:
        load_templates(task)
    return caught.value.problem.splitlines()


@pytest.mark.parametrize("task_id", TASKS)
def test_every_task_has_five_templates_that_differ(task_id):
    found = load_templates(TASKS[task_id])
    assert len(found) == 5
    assert len({SLOT.sub("", text).lower() for text in found}) == 5


def test_all_templates_pass_the_check_on_start():
    check_all(load_tasks().values())


def test_no_two_instructions_of_the_project_are_near_duplicates():
    """But those whose task says why they have to be."""
    told = {i for i, task in TASKS.items() if "alike" in yaml.safe_load(task.templates_file.read_text())}
    wordings = [(i, " ".join(SLOT.sub("", t).lower().split())) for i in TASKS for t in load_templates(TASKS[i])]
    assert len(wordings) == 5 * len(TASKS)
    near = []
    for (one, a), (other, b) in itertools.combinations(wordings, 2):
        matcher = difflib.SequenceMatcher(None, a, b, autojunk=False)
        if matcher.real_quick_ratio() > 0.9 and matcher.quick_ratio() > 0.9 and matcher.ratio() > 0.9:
            near += [(one, a, other, b)] * (one not in told and other not in told)
    assert near == []


def test_reason_for_likeness_is_a_key_of_its_own(task):
    written(task, GOOD)
    task.templates_file.write_text(task.templates_file.read_text() + "alike: the same question, of another region\n")
    assert load_templates(task) == tuple(GOOD)


def test_good_file(task):
    assert load_templates(written(task, GOOD)) == tuple(GOOD)


@pytest.mark.parametrize(
    ("texts", "problem"),
    [
        (GOOD[:4], ":3: 4 templates, expected 5"),
        ([*GOOD, "Six <TEXT> <OPTION>"], ":3: 6 templates, expected 5"),
        ([], "0 templates, expected 5"),
        (
            [*GOOD[:2], "Where is <REGION>? <TEXT> <OPTION>", *GOOD[3:]],
            ":5: template 3: <REGION> is not filled by this task, which has <TEXT>, <OPTION>: 'Where is",
        ),
        ([*GOOD[:4], "V <text> <OPTION>"], ":7: template 5: <text> is not filled by this task"),
        ([*GOOD[:4], "V <OPTION>"], ":7: template 5: <TEXT> is missing: 'V <OPTION>'"),
        ([*GOOD[:4], "V <TEXT>"], ":7: template 5: <OPTION> is missing: 'V <TEXT>'"),
        ([*GOOD[:4], "V <TEXT> <TEXT> <OPTION>"], ":7: template 5: <TEXT> occurs more than once"),
        ([*GOOD[:4], "V <OPTION> <TEXT>"], ":7: template 5: <OPTION> must come last"),
        ([*GOOD[:4], GOOD[1].upper()], ":7: template 5: the same as an earlier one: 'TWO? <TEXT> <OPTION>'"),
        ([*GOOD[:4], ""], ":7: template 5: is empty or no text"),
        ([*GOOD[:4], "V  <TEXT> <OPTION>"], ":7: template 5: stray '  '"),
        ([*GOOD[:4], "V {x} <TEXT> <OPTION>"], ":7: template 5: stray '{'"),
        ([*GOOD[:4], "V <TEXT <TEXT> <OPTION>"], ":7: template 5: stray '<'"),
    ],
)
def test_wrong_templates_are_told_with_file_and_line(task, texts, problem):
    found = problems(written(task, texts))
    assert any(f"guess.yaml{problem}" in line or (not texts and problem in line) for line in found), found


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("templates: [a\n", "guess.yaml: not YAML: while parsing"),
        ("- a\n- b\n", "guess.yaml: expected the key templates"),
        ("", "guess.yaml: expected the key templates"),
        ("\ntemplate: []\n", "guess.yaml:2: keys are ['template'], expected ['templates'], once"),
        (
            "templates: []\ntemplates: []\n",
            "guess.yaml:1: keys are ['templates', 'templates'], expected ['templates'], once",
        ),
        ("templates: some text\n", "guess.yaml:1: 0 templates, expected 5"),
        ("templates:\n" + "  - [a]\n" * 5, "guess.yaml:2: template 1: is empty or no text"),
    ],
)
def test_file_of_another_shape(task, text, problem):
    task.templates_file.write_text(text)
    assert problem in problems(task)[0]


def test_missing_file(task):
    [line] = problems(task)
    assert line.endswith("guess.yaml: missing; task guess needs 5 templates there")


def test_all_problems_of_all_tasks_are_told_at_once(task):
    import dataclasses

    other = dataclasses.replace(task, id="other")
    written(task, [*GOOD[:3], "IV <TEXT>", "V <OPTION>"])
    with pytest.raises(BadConfig) as caught:
        check_all([task, other])
    lines = caught.value.problem.splitlines()
    assert len(lines) == 3
    assert "guess.yaml:6" in lines[0]
    assert "guess.yaml:7" in lines[1]
    assert "other.yaml: missing" in lines[2]


def test_slots_are_a_closed_set():
    used = {slot for task in TASKS.values() for slot in task.slots}
    assert used <= set(templates.SLOTS)
