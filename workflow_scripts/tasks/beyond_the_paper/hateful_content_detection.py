"""Is a meme hateful?"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from workflow_scripts.datasets.hateful_memes import Meme
from workflow_scripts.tasks.balance import is_kept
from workflow_scripts.tasks.base import Draw, Instance, Task, picture_of, yes_or_no


def survey(memes: Iterable[Meme]) -> Counter[bool]:
    """How many are hateful, and how many are not; of some it is not published."""
    return Counter(meme.hateful for meme in memes if meme.hateful is not None)


def derive(meme: Meme, draw: Draw, times: Mapping[bool, int]) -> Iterator[Instance]:
    """The meme, if it is labelled; of the more frequent label as many as of the other."""
    if meme.hateful is None or not is_kept(meme.hateful, times, draw, purpose="balance"):
        return
    yield Instance(
        instance_id=meme.record_id,
        **picture_of(meme),
        **yes_or_no(meme.hateful),
    )


TASK = Task(
    name="Hateful Content Detection",
    dataset="hateful_memes",
    role="extra",
    output="choice",
    slots=frozenset({"OPTION"}),
    metrics=("accuracy",),
    survey=survey,
    derive=derive,
)
