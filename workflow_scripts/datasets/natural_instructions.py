"""NATURAL INSTRUCTIONS v2: text tasks, each with a definition and many instances."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from workflow_scripts.datasets.base import BadRecord, Dataset, Source, text_of
from workflow_scripts.datasets.json_files import document
from workflow_scripts.errors import BadData
from workflow_scripts.progress import say
from workflow_scripts.randomness import keyed_number
from workflow_scripts.raw.files import File

LANGUAGES = ("Input_language", "Output_language", "Instruction_language")


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


def read(source: Source) -> Iterator[tuple[str, TextInstance]]:
    """Yield the instances of the English tasks that the wanted splits name; a name without a file is passed over.

    train_tasks.txt gives train and validation (a tenth of the instances, drawn by id), test_tasks.txt gives test.
    """
    for native in dict.fromkeys(source.splits.values()):
        listed = _names(source.root / f"splits/default/{native}_tasks.txt")
        present = [name for name in listed if (source.root / f"tasks/{name}.json").is_file()]
        if not present:
            raise BadData(
                f"none of the {len(listed)} tasks listed has a file in tasks/",
                file=source.root / f"splits/default/{native}_tasks.txt",
                fix="the task files belong beside the splits, as in the official repository",
            )
        if len(present) < len(listed):
            say(f"natural_instructions: {len(present)} of {len(listed)} {native} tasks have a file here")
        for name in present:
            yield from _task(source, native, name)


def _names(path: Path) -> list[str]:
    try:
        return sorted(set(path.read_text(encoding="utf-8").split()))
    except FileNotFoundError:
        raise BadData("list of tasks is missing", file=path, fix="fetch the dataset anew") from None


def _task(source: Source, native: str, name: str) -> Iterator[tuple[str, TextInstance]]:
    file = f"tasks/{name}.json"
    task = document(source.root / file)  # one task of some thousands: megabytes, not gigabytes
    if any(task.get(key, ["English"]) != ["English"] for key in LANGUAGES):
        return
    definition = task["Definition"]  # a list of one text; a plain text in old revisions
    definition = definition if isinstance(definition, str) else "\n".join(definition)
    wanted = [split for split, split_native in source.splits.items() if split_native == native]
    for position, row in enumerate(task["Instances"]):
        record_id = f"{name}/{row.get('id', position)}"
        split = "test" if native == "test" else _train_or_validation(record_id)
        if split not in wanted:
            continue
        with source.record(split, file, f"instance {record_id}"):
            outputs = [row["output"]] if isinstance(row["output"], str) else row["output"]
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
                input=text_of(row["input"], "input"),
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
            urls=("https://github.com/allenai/natural-instructions/archive/refs/heads/master.zip",),
            strip=1,
            keep=("tasks/", "splits/"),
        ),
    ),
    annotations=("splits/default/{split}_tasks.txt", "tasks/*.json"),
    splits={"train": "train", "validation": "train", "test": "test"},
    record=TextInstance,
    read=read,
)
