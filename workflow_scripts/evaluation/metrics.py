"""From a model's output to an answer, and from an answer to a score between 0 and 1."""

import functools
from collections.abc import Callable, Mapping, Sequence

from rouge_score.rouge_scorer import RougeScorer

from workflow_scripts.regions import iou, parse
from workflow_scripts.tasks.answers import normal

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


METRICS: Mapping[str, Callable[[str | None, str, Sequence[str]], float]] = {"accuracy": accuracy, "rouge_l": rouge_l}
