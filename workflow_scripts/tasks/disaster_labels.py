"""The scheme of MEDIC's tasks: which of its labels of one kind does a photo have?"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import partial

from workflow_scripts.datasets.medic import LABELS, Photo
from workflow_scripts.tasks.balance import is_kept
from workflow_scripts.tasks.base import Draw, Instance, Role, Task, picture_of


def survey(photos: Iterable[Photo], *, field: str) -> Counter[str]:
    """How often each label occurs."""
    return Counter(getattr(photo, field) for photo in photos)


def derive(
    photo: Photo, draw: Draw, times: Mapping[str, int] | None = None, *, field: str, options: tuple[str, ...]
) -> Iterator[Instance]:  # fmt: skip
    """The photo; if times are given, it may be left out so that all labels are about equally frequent."""
    label = getattr(photo, field)
    if times is None or is_kept(label, times, draw, purpose="balance"):
        yield Instance(
            instance_id=photo.record_id,
            **picture_of(photo),
            options=options,
            target=label,
            references=(label,),
        )


def disaster_task(name: str, *, field: str, column: str, role: Role) -> Task:
    """field: of the record; column: of the file. Only what is trained on is balanced."""
    options = tuple(label.replace("_", " ") for label in LABELS[column])
    return Task(
        name=name,
        dataset="medic",
        role=role,
        output="choice",
        slots=frozenset({"OPTION"}),
        metrics=("accuracy",),
        survey=None if role == "eval" else partial(survey, field=field),
        derive=partial(derive, field=field, options=options),
    )
