"""The scheme of questions that ten people have answered."""

from collections import Counter
from collections.abc import Iterable, Iterator

from workflow_scripts.datasets import ok_vqa, vqa_v2
from workflow_scripts.tasks.answers import normal
from workflow_scripts.tasks.base import Instance, picture_of


def most_frequent(answers: Iterable[str]) -> str:
    """Of equally frequent answers the one that comes first."""
    return Counter(answers).most_common(1)[0][0]


def instance(question: vqa_v2.Question | ok_vqa.Question, answer: str | None = None) -> Iterator[Instance]:
    """The question, its answer in normal form.

    answer: the right one; by default the most frequent. All ten are references, equal ones as often as people gave
    them: how many agree is what VQA's soft accuracy counts.
    """
    given = [a for a in map(normal, question.answers) if a]
    target = most_frequent(given) if answer is None and given else normal(answer or "")
    if target:
        yield Instance(
            instance_id=question.record_id,
            **picture_of(question),
            text=question.question,
            target=target,
            references=tuple(given if target in given else [target, *given]),
        )
