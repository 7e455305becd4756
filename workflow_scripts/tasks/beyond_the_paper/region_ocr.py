"""Read the word in a region."""

from collections.abc import Iterator

from workflow_scripts.datasets.textvqa import Photo, Word
from workflow_scripts.regions import area
from workflow_scripts.tasks.base import Draw, Instance, Task, picture_of
from workflow_scripts.tasks.writing import apart, letters

AREA_PER_LETTER = 6_000 / (1024 * 768)  # of the picture, at least: 6,000 square pixels in a photo of the usual size
MAX_ROTATION = 10  # degrees; of a word that leans more, the upright box holds only a part


def derive(photo: Photo, draw: Draw) -> Iterator[Instance]:
    """The photo's words that can be read and stand alone in their regions, in drawn order."""
    legible = [(i, w) for i, w in enumerate(photo.words) if _is_legible(w, photo) and _is_alone(w, photo)]
    for index, word in draw.shuffled(legible, purpose="order"):
        yield Instance(
            instance_id=f"{photo.record_id}/{index}",
            **picture_of(photo),
            regions=(word.region,),
            target=word.word,
            references=(word.word,),
        )


def _is_legible(word: Word, photo: Photo) -> bool:
    large = area(word.region) > AREA_PER_LETTER * len(word.word) * photo.width * photo.height
    return large and abs(word.rotation) <= MAX_ROTATION and letters(word.word) != ""


def _is_alone(word: Word, photo: Photo) -> bool:
    return all(apart(word.region, other.region) for other in photo.words if other is not word)


TASK = Task(
    name="Region OCR",
    dataset="textvqa",
    role="extra",
    output="text",
    slots=frozenset({"REGION"}),
    metrics=("rouge_l",),
    derive=derive,
    validated=False,
)
