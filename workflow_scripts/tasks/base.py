"""What a task declares, and what its derive function yields."""

import dataclasses
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from workflow_scripts.randomness import Draw
from workflow_scripts.regions import Region

Role = Literal["train", "eval", "extra"]
Output = Literal["text", "choice", "region", "region_choice", "image"]
SPLITS = {"train": ("train", "validation"), "extra": ("train", "validation"), "eval": ("test",)}


@dataclass(frozen=True)
class Instance:
    """One input with its answer; the columns of schemas.INSTANCES, where each is explained."""

    instance_id: str
    image: str | None = None
    width: int | None = None
    height: int | None = None
    text: str | None = None
    regions: tuple[Region, ...] = ()
    options: tuple[str, ...] = ()
    option_regions: tuple[Region, ...] = ()
    target: str | None = None
    target_regions: tuple[Region, ...] = ()
    target_crop: Region | None = None
    references: tuple[str, ...] = ()
    subtask: str | None = None
    instruction: str | None = None


@dataclass(frozen=True)
class Task:
    """A task, declared by the constant TASK of its module.

    slots: what each of its templates must hold, of instructions.templates.SLOTS.
    derive: one record and its draw (and the survey, if there is one) -> instances, most wanted first.
    survey: all records of the split -> what derive must know of the whole, whatever the records' order.
    where: only records with this value in this column are the task's.
    own_instruction: instances bring their instruction; there are no templates.
    """

    name: str
    dataset: str
    role: Role
    output: Output
    metrics: tuple[str, ...]
    derive: Callable[..., Iterator[Instance]]
    slots: frozenset[str] = frozenset()
    survey: Callable[[Iterable[Any]], Any] | None = None
    where: tuple[str, str] | None = None
    own_instruction: bool = False
    source: str = "arXiv 2212.10773"
    id: str = ""
    group: str = ""
    module: str = ""

    @property
    def splits(self) -> tuple[str, ...]:
        return SPLITS[self.role]

    @property
    def templates_file(self) -> Path:
        """The YAML beside the module."""
        return Path(__file__).parent / self.group / f"{self.id}.yaml"


def picture_of(record: Any) -> dict[str, Any]:
    """The instance fields that name a record's picture."""
    return {"image": record.image, "width": record.width, "height": record.height}


def placed(task: Task, path: Path) -> Task:
    """The task with what its place says: its id is the module's name, its group the folder's."""
    module = f"workflow_scripts.tasks.{path.parent.name}.{path.stem}"
    return dataclasses.replace(task, id=path.stem, group=path.parent.name, module=module)


__all__ = ["SPLITS", "Draw", "Instance", "Task", "picture_of", "placed"]
