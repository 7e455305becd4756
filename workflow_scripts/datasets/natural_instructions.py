"""NATURAL INSTRUCTIONS v2: text tasks, each with a definition and many instances."""

import difflib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

import msgspec

from workflow_scripts.datasets.base import BadRecord, Dataset, Source, text_of
from workflow_scripts.datasets.json_files import chunks, document
from workflow_scripts.errors import BadData
from workflow_scripts.progress import say
from workflow_scripts.randomness import keyed_number
from workflow_scripts.raw.files import File


@dataclass(frozen=True)
class TextInstance:
    """One instance of one text task."""

    VERSION: ClassVar[int] = 1
    record_id: str
    image: str | None  # always None: text only
    width: int | None
    height: int | None
    task_name: str  # the task file's name without .json
    definition: str  # the task's instruction
    position: int  # of the instance within its task, from 0; the first 100 are the official choice
    input: str
    outputs: tuple[str, ...]  # every right answer


TASKS = "tasks/*.json"
ENGLISH = ("English",)


class _Task(msgspec.Struct):
    Definition: str | list[str]  # a plain text in old revisions, a list of one text since
    Input_language: tuple[str, ...] = ENGLISH  # old revisions do not tell languages: all tasks were English
    Output_language: tuple[str, ...] = ENGLISH


class _Instance(msgspec.Struct):
    input: str
    output: str | list[str]
    id: str | None = None


def read(source: Source) -> Iterator[tuple[str, TextInstance]]:
    """Yield the instances of English tasks: those whose input and output language are English and nothing else.

    train and validation are of the tasks that the default split's train_tasks.txt lists, a tenth of their instances,
    drawn by id, being validation. test is of test_tasks.txt: of so many tasks drawn by seed as the option test_tasks
    says, or of those that it names. The paper's 832 training tasks are not known by name; the counts are printed.
    """
    for native in dict.fromkeys(source.splits.values()):
        for name, task in _tasks(source, native):
            yield from _instances(source, native, name, task)


def _tasks(source: Source, native: str) -> list[tuple[str, _Task]]:
    """The English tasks that a list of the default split names and that have a file."""
    path = source.root / f"splits/default/{native}_tasks.txt"
    listed = _names(path)
    present = [name for name in listed if (source.root / f"tasks/{name}.json").is_file()]
    if not present:
        raise BadData(
            f"none of the {len(listed)} tasks listed has a file in tasks/",
            file=path,
            fix="the task files belong beside the splits, as in the official repository",
        )
    tasks = [(name, document(source.root / f"tasks/{name}.json", _Task)) for name in present]
    english = [(name, t) for name, t in tasks if t.Input_language == t.Output_language == ENGLISH]
    chosen = _drawn(source, path, english) if native == "test" else english
    say(
        f"natural_instructions, {native}: {len(listed)} tasks listed, {len(present)} have a file here, "
        f"{len(english)} are English, {len(chosen)} taken"
    )
    return chosen


def _drawn(source: Source, path: Path, tasks: list[tuple[str, _Task]]) -> list[tuple[str, _Task]]:
    """The unseen tasks to be tested, in the order of their names."""
    wanted = source.options.get("test_tasks")
    if wanted is None:
        return tasks
    if isinstance(wanted, int):
        key = lambda task: keyed_number(source.options["seed"], "natural_instructions test task", task[0])  # noqa: E731
        return sorted(sorted(tasks, key=key)[:wanted])
    if unknown := set(wanted) - {name for name, _ in tasks}:
        known = difflib.get_close_matches(min(unknown), [name for name, _ in tasks], n=3, cutoff=0.3)
        raise BadData(
            f"natural_instructions.test_tasks names {', '.join(sorted(unknown))}, not among the English tasks here",
            file=path,
            fix=f"name tasks of this list; near are {', '.join(known) or 'none'}",
        )
    return [(name, task) for name, task in tasks if name in set(wanted)]


def _names(path: Path) -> list[str]:
    try:
        return sorted(set(path.read_text(encoding="utf-8").split()))
    except FileNotFoundError:
        raise BadData("list of tasks is missing", file=path, fix="fetch the dataset anew") from None


def _instances(source: Source, native: str, name: str, task: _Task) -> Iterator[tuple[str, TextInstance]]:
    """Of all tasks alike are the instances bad in one share: one in a task of a few would be above any."""
    definition = task.Definition if isinstance(task.Definition, str) else "\n".join(task.Definition)
    wanted = [split for split, split_native in source.splits.items() if split_native == native]
    for chunk in chunks(source.root / f"tasks/{name}.json", {"Instances": list[_Instance]}):
        source.refuse((replace(bad, at=f"[{name}].{bad.at}") for bad in chunk.unfit), TASKS, wanted[0])
        for at, position, row in chunk:
            record_id = f"{name}/{row.id or position}"
            split = "test" if native == "test" else _train_or_validation(record_id)
            if split not in wanted:
                continue
            with source.record(split, TASKS, f"[{name}].{at}", f"instance {record_id}"):
                outputs = [row.output] if isinstance(row.output, str) else row.output
                if not outputs:
                    raise BadRecord("output is empty, expected at least one answer")
                instance = TextInstance(
                    record_id=record_id,
                    image=None,
                    width=None,
                    height=None,
                    task_name=name,
                    definition=text_of(definition, "Definition"),
                    position=position,
                    input=text_of(row.input, "input"),
                    outputs=tuple(text_of(o, "output") for o in outputs),
                )
                yield split, instance


def _train_or_validation(record_id: str) -> str:
    return "validation" if keyed_number("natural_instructions split", record_id) % 10 == 0 else "train"


DATASET = Dataset(
    title="NATURAL INSTRUCTIONS v2",
    home="https://instructions.apps.allenai.org",
    licence="Apache-2.0; each task names its instances' licence",
    citation="Wang et al., Super-NaturalInstructions, arXiv 2204.07705",
    folder="natural-instructions",
    files=(
        File(
            "natural-instructions-master.zip",
            urls=(
                "https://github.com/allenai/natural-instructions/archive/refs/tags/v2.8.zip",
                "https://github.com/allenai/natural-instructions/archive/refs/heads/master.zip",
            ),
            mb=600,
            strip=1,
            keep=("tasks/", "splits/"),
        ),
    ),
    annotations=("splits/default/{split}_tasks.txt", TASKS),
    splits={"train": "train", "validation": "train", "test": "test"},
    record=TextInstance,
    read=read,
    pictures=False,
)
