"""From a model's output to an answer, and from an answer to a score between 0 and 1.

Answers are compared in one normal form, tasks.answers.normal: lower case, single blanks, no final period, no leading
article.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from workflow_scripts.evaluation.rouge import rouge_l_of
from workflow_scripts.regions import iou, parse
from workflow_scripts.tasks.answers import normal

HALF = 0.5
NO_OPTION = "none of the options"  # a region that overlaps none: an answer, and a wrong one
PEOPLE = 10  # who answered each question of VQA's kind; their answers are the references, repeated as they were given
ENOUGH = 3  # so many others who gave an answer make it right


@dataclass(frozen=True)
class Judged:
    """An output and what it is held against. answer: what the output was taken for (`answer_of`)."""

    answer: str | None
    output: str
    references: Sequence[str]
    options: Sequence[str]


def answer_of(output: str, options: Sequence[str], kind: str) -> str | None:
    """What an output is taken for; None if it cannot be parsed.

    kind: the task's output type. A text is itself, in normal form. For regions to choose from (arXiv 2212.10773) it is
    the option that the first region of the output overlaps most by IoU, by position where two are equal; NO_OPTION
    where it overlaps none.
    """
    if kind != "region_choice":
        return normal(output) or None
    regions = parse(output)
    if not regions:
        return None
    overlaps = [max((iou(regions[0], box) for box in parse(option)), default=0.0) for option in options]
    best = max(range(len(options)), key=lambda i: (overlaps[i], -i))
    return options[best] if overlaps[best] > 0 else NO_OPTION


def is_off(answer: str | None, options: Sequence[str], kind: str) -> bool:
    """Whether an answer is none of the options; of several things, whether one of them is not."""
    if answer is None:
        return False
    if kind == "multi_choice":
        return not parts(answer) <= {normal(option) for option in options}
    return answer == NO_OPTION or normal(answer) not in {normal(option) for option in options}


def accuracy(said: Judged) -> float:
    """1 if the answer is one of the references, up to normal form."""
    return float(said.answer is not None and normal(said.answer) in {normal(r) for r in said.references})


def nearest(output: str, options: Sequence[str]) -> str | None:
    """The option that an output is most like by ROUGE-L, the first of equals; None if it is like none of them."""
    likeness = [rouge_l_of(output, option) for option in options]
    best = max(range(len(options)), key=lambda i: (likeness[i], -i))
    return options[best] if likeness[best] > 0 else None


def nearest_option(said: Judged) -> float:
    """1 if the option that the output is most like is one of the references; kinder than accuracy, and never it."""
    option = nearest(said.output, said.options)
    return float(option is not None and normal(option) in {normal(r) for r in said.references})


def rouge_l(said: Judged) -> float:
    """ROUGE-L's F of the output against the best reference, stemmed; each reference counts by its share (`shares`)."""
    return max(share * rouge_l_of(said.output, r) for r, share in shares(tuple(said.references)).items())


@lru_cache(maxsize=1 << 14)
def shares(references: tuple[str, ...]) -> Mapping[str, float]:
    """How much a match with each reference is worth: 1, unless ten people answered.

    Then it is VQA's accuracy of that answer, over that of the answer with most voices: 1 for what four or more said,
    and 0.3 for what one alone said beside them, "unanswerable" too. Where all ten differ, each is worth 1.
    """
    if len(references) != PEOPLE:
        return dict.fromkeys(references, 1.0)
    worth = {r: vqa_accuracy_of(r, references) for r in references}
    most = max(worth.values())
    return {r: value / most for r, value in worth.items()}


def vqa_accuracy(said: Judged) -> float:
    """VQA's soft accuracy: min(people who gave the answer / 3, 1), mean over all choices of all people but one."""
    return 0.0 if said.answer is None else vqa_accuracy_of(said.answer, said.references)


def vqa_accuracy_of(answer: str, references: Sequence[str]) -> float:
    """Of one person's answer, it is 1 or 0: there is nobody to leave out.

    >>> round(vqa_accuracy_of("stop", ["stop"] * 2 + ["go"] * 8), 6)
    0.6
    """
    given = Counter(map(normal, references))
    n, count = len(references), given[normal(answer)]
    if n == 1:
        return float(count)
    without = count * min((count - 1) / ENOUGH, 1) if count else 0.0  # those choices that leave out one who said it
    return (without + (n - count) * min(count / ENOUGH, 1)) / n


def iou_accuracy(said: Judged) -> float:
    """1 if the output's first region overlaps a reference by an IoU of at least HALF."""
    found = parse(said.output)[:1]
    return float(any(iou(region, box) >= HALF for region in found for r in said.references for box in parse(r)))


def region_f1(said: Judged) -> float:
    """F1 of the output's regions against the best reference's.

    Pairs of regions are matched greedily, those of the largest IoU first, down to HALF; each region once.
    """
    return max(_matched_share(parse(said.output), parse(reference)) for reference in said.references)


def _matched_share(found: Sequence, wanted: Sequence) -> float:
    if not found or not wanted:
        return 0.0
    pairs = sorted(((iou(f, w), i, j) for i, f in enumerate(found) for j, w in enumerate(wanted)), reverse=True)
    free_found, free_wanted = set(range(len(found))), set(range(len(wanted)))
    for overlap, i, j in pairs:
        if overlap >= HALF and i in free_found and j in free_wanted:
            free_found.remove(i)
            free_wanted.remove(j)
    return 2 * (len(wanted) - len(free_wanted)) / (len(found) + len(wanted))


def set_accuracy(said: Judged) -> float:
    """1 if the answer names the same things as a reference, in any order."""
    return float(said.answer is not None and any(parts(said.answer) == parts(r) for r in said.references))


def parts(text: str) -> set[str]:
    """The normal forms of what a list with commas names.

    >>> sorted(parts("Dog, the cat."))
    ['cat', 'dog']
    """
    return {part for part in map(normal, text.split(",")) if part}


METRICS: Mapping[str, Callable[[Judged], float]] = {
    "accuracy": accuracy,
    "nearest_option": nearest_option,
    "rouge_l": rouge_l,
    "vqa_accuracy": vqa_accuracy,
    "iou_accuracy": iou_accuracy,
    "region_f1": region_f1,
    "set_accuracy": set_accuracy,
}
