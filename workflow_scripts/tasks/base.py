"""What a task declares, and what its derive function yields."""

import dataclasses
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from workflow_scripts.randomness import Draw
from workflow_scripts.regions import Region

Role = Literal["train", "eval", "extra"]
Output = Literal["text", "choice", "multi_choice", "region", "regions", "region_choice", "image"]
SPLITS = {"train": ("train", "validation"), "extra": ("train", "validation"), "eval": ("test",)}


@dataclass(frozen=True)
class Instance:
    """One input with its answer; the columns of schemas.INSTANCES, where each is explained."""

    instance_id: str
    image: str | None = None
    width: int | None = None
    height: int | None = None
    mask: Region | None = None
    text: str | None = None
    context: str | None = None
    method: str | None = None
    relation: str | None = None
    answer: str | None = None
    regions: tuple[Region, ...] = ()
    region_names: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    option_regions: tuple[Region, ...] = ()
    target: str | None = None
    target_regions: tuple[Region, ...] = ()
    target_crop: Region | None = None
    target_image: str | None = None
    references: tuple[str, ...] = ()
    subtask: str | None = None
    instruction: str | None = None


@dataclass(frozen=True)
class From:
    """What a task takes from one dataset; the fields are explained in Task."""

    dataset: str
    derive: Callable[..., Iterator[Instance]]
    survey: Callable[[Iterable[Any]], Any] | None = None
    survey_sample: int | None = None
    where: tuple[str, str] | None = None


@dataclass(frozen=True)
class Task:
    """A task, declared by the constant TASK of its module.

    name: the paper's, where it has one; what the variant OFA_TaskName reads in place of an instruction.
    slots: what each of its templates must hold, of instructions.templates.SLOTS.
    derive: one record and its draw (and the survey, if there is one) -> instances, most wanted first.
    survey: all records of the split -> what derive must know of the whole, whatever the records' order.
    survey_sample: the survey sees only so many records, drawn uniformly; None: all.
    where: only records with this value in this column are the task's.
    also: what comes from further datasets; instances are then taken from all of them in turn.
    in_bins: derive is given `scale` too (regions.to_bins): it decides geometry on the bins that the model sees.
    validated: there is a validation split; no, where that split's pictures are those of an unseen task.
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
    survey_sample: int | None = None
    where: tuple[str, str] | None = None
    also: tuple[From, ...] = ()
    in_bins: bool = False
    validated: bool = True
    own_instruction: bool = False
    source: str = "arXiv 2212.10773"
    id: str = ""
    group: str = ""
    module: str = ""

    @property
    def splits(self) -> tuple[str, ...]:
        return tuple(s for s in SPLITS[self.role] if self.validated or s != "validation")

    @property
    def sources(self) -> tuple[From, ...]:
        return (From(self.dataset, self.derive, self.survey, self.survey_sample, self.where), *self.also)

    @property
    def datasets(self) -> tuple[str, ...]:
        return tuple(source.dataset for source in self.sources)

    @property
    def templates_file(self) -> Path:
        """The YAML beside the module."""
        return Path(__file__).parent / self.group / f"{self.id}.yaml"


def picture_of(record: Any) -> dict[str, Any]:
    """The instance fields that name a record's picture."""
    return {"image": record.image, "width": record.width, "height": record.height}


def yes_or_no(answer: bool) -> dict[str, Any]:
    """The instance fields of a question that yes or no answers: always these words, in this order."""
    word = "yes" if answer else "no"
    return {"options": ("yes", "no"), "target": word, "references": (word,)}


def placed(task: Task, path: Path) -> Task:
    """The task with what its place says: its id is the module's name, its group the folder's."""
    module = f"workflow_scripts.tasks.{path.parent.name}.{path.stem}"
    return dataclasses.replace(task, id=path.stem, group=path.parent.name, module=module)


__all__ = ["SPLITS", "Draw", "From", "Instance", "Task", "picture_of", "placed", "yes_or_no"]
