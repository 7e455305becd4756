"""The scheme of two tasks: which label does the writing in a region bear? All labels are equally frequent."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import partial

from workflow_scripts.datasets.coco_text import Photo, Text
from workflow_scripts.tasks.balance import is_kept
from workflow_scripts.tasks.base import Draw, Instance, Task, picture_of
from workflow_scripts.tasks.writing import alone

Label = Callable[[Text], str | None]


def survey(label: Label, photos: Iterable[Photo]) -> Counter[str]:
    """How many texts bear each label."""
    return Counter(name for photo in photos for _, name in _labelled(label, photo))


def derive(label: Label, labels: tuple[str, ...], photo: Photo, draw: Draw, times: Counter[str]) -> Iterator[Instance]:
    """The photo's texts that have a label and stand alone, in drawn order."""
    for text, name in draw.shuffled(_labelled(label, photo), purpose="order"):
        if is_kept(name, times, draw, purpose=f"keep: {text.text_id}"):
            yield Instance(
                instance_id=f"{photo.record_id}/{text.text_id}",
                **picture_of(photo),
                regions=(text.region,),
                options=labels,
                target=name,
                references=(name,),
            )


def _labelled(label: Label, photo: Photo) -> list[tuple[Text, str]]:
    return [(text, label(text)) for text in alone(photo) if label(text) is not None]


def labelled_writing_task(name: str, labels: tuple[str, ...], label: Label) -> Task:
    """label: a text's, one of labels; None: the text is not asked about."""
    return Task(
        name=name,
        dataset="coco_text",
        role="train",
        output="choice",
        slots=frozenset({"REGION", "OPTION"}),
        metrics=("accuracy",),
        survey=partial(survey, label),
        derive=partial(derive, label, labels),
    )
