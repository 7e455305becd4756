"""From a model's output to an answer, and from an answer to a score between 0 and 1."""

import functools
from collections.abc import Callable, Mapping, Sequence

from rouge_score.rouge_scorer import RougeScorer

from workflow_scripts.regions import iou, parse
from workflow_scripts.tasks.answers import normal

HALF = 0.5
NO_OPTION = "none of the options"  # a region that overlaps none: an answer, and a wrong one


def answer_of(output: str, options: Sequence[str], kind: str) -> str | None:
    """What an output is taken for; None if it cannot be parsed.

    kind: the task's output type. A text is itself, in normal form (tasks.answers.normal). For regions to choose from
    (arXiv 2212.10773) it is the option that the first region of the output overlaps most by IoU, by position where two
    are equal; NO_OPTION where it overlaps none.
    """
    if kind != "region_choice":
        return normal(output) or None
    regions = parse(output)
    if not regions:
        return None
    overlaps = [max((iou(regions[0], box) for box in parse(option)), default=0.0) for option in options]
    best = max(range(len(options)), key=lambda i: (overlaps[i], -i))
    return options[best] if overlaps[best] > 0 else NO_OPTION


def accuracy(answer: str | None, output: str, references: Sequence[str]) -> float:
    """1 if the answer is one of the references, up to normal form."""
    return float(answer is not None and normal(answer) in {normal(r) for r in references})


@functools.cache
def _rouge() -> RougeScorer:
    return RougeScorer(["rougeL"], use_stemmer=True)


def rouge_l(answer: str | None, output: str, references: Sequence[str]) -> float:
    """ROUGE-L's F of the output against the best reference, stemmed, as rouge-score computes it."""
    return max(_rouge().score(reference, output)["rougeL"].fmeasure for reference in references)


def iou_accuracy(answer: str | None, output: str, references: Sequence[str]) -> float:
    """1 if the output's first region overlaps a reference by an IoU of at least HALF."""
    found = parse(output)[:1]
    return float(any(iou(region, box) >= HALF for region in found for r in references for box in parse(r)))


def region_f1(answer: str | None, output: str, references: Sequence[str]) -> float:
    """F1 of the output's regions against the best reference's.

    Pairs of regions are matched greedily, those of the largest IoU first, down to HALF; each region once.
    """
    return max(_matched_share(parse(output), parse(reference)) for reference in references)


def _matched_share(found: Sequence, wanted: Sequence) -> float:
    pairs = sorted(((iou(f, w), i, j) for i, f in enumerate(found) for j, w in enumerate(wanted)), reverse=True)
    free_found, free_wanted = set(range(len(found))), set(range(len(wanted)))
    for overlap, i, j in pairs:
        if overlap >= HALF and i in free_found and j in free_wanted:
            free_found.remove(i)
            free_wanted.remove(j)
    return 2 * (len(wanted) - len(free_wanted)) / (len(found) + len(wanted))


def set_accuracy(answer: str | None, output: str, references: Sequence[str]) -> float:
    """1 if the answer names the same things as a reference, in any order."""
    return float(answer is not None and any(parts(answer) == parts(r) for r in references))


def parts(text: str) -> set[str]:
    """The normal forms of what a list with commas names.

    >>> sorted(parts("Dog, the cat."))
    ['cat', 'dog']
    """
    return {part for part in map(normal, text.split(",")) if part}


METRICS: Mapping[str, Callable[[str | None, str, Sequence[str]], float]] = {
    "accuracy": accuracy,
    "rouge_l": rouge_l,
    "iou_accuracy": iou_accuracy,
    "region_f1": region_f1,
    "set_accuracy": set_accuracy,
}
