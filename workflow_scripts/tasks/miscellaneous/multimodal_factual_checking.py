"""Do a picture and texts bear a claim out?"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise

from workflow_scripts.datasets.mocheg import Claim
from workflow_scripts.tasks.balance import is_kept
from workflow_scripts.tasks.base import Draw, Instance, Task, picture_of

ANSWERS = {"supported": "yes", "refuted": "no", "NEI": "not sure"}
MAX_CHARACTERS = 1_000
_END = re.compile(r"(?<=[.!?…])(?<!\b[A-Z]\.)[\"'”’)\]]*\s+")  # of a sentence; not of "J. Smith", "U.S. troops"
_VERDICT = re.compile(
    r"""
    \b(true|untrue|false|unproven|undetermined|unsupported|misleading|miscaptioned|misattributed)\b
    |\b(debunk\w*|disprove\w*|hoax\w*|correct\ attribution|pants\ on\ fire)\b
    |\bour\ (ruling|rating|verdict)\b|\b(we|is|was|been|it|this|claim)\ rated?\b|\bwe\ (rule|find|conclude)\b
    |\bfact[- ]?check\w*|\bsnopes\b|\bpolitifact\b|\btruth[- ]o[- ]meter\b
    |(?-i:\b(MIXTURE|LEGEND|SCAM|OUTDATED|FAKE|SATIRE)\b)
    """,
    re.VERBOSE | re.IGNORECASE,
)


def told(claim: Claim) -> str:
    """The evidence up to the last sentence that fits, without sentences that pass judgement."""
    kept, room = [], MAX_CHARACTERS
    for sentence in (s for text in claim.evidence for s in _sentences(text) if not _VERDICT.search(s)):
        room -= len(sentence) + 1
        if room < 0:
            break
        kept.append(sentence)
    return " ".join(kept)


def _sentences(text: str) -> list[str]:
    """A text's sentences, in order.

    >>> _sentences('He said "no." J. Smith left.')
    ['He said "no."', 'J. Smith left.']
    """
    ends = [0, *(match.end() for match in _END.finditer(text)), len(text)]
    return [sentence for start, end in pairwise(ends) if (sentence := text[start:end].strip())]


def survey(claims: Iterable[Claim]) -> Mapping[str, int]:
    """How many askable claims have each label."""
    return Counter(c.label for c in claims if c.image is not None and told(c))


def derive(claim: Claim, draw: Draw, labels: Mapping[str, int]) -> Iterator[Instance]:
    """A claim with a picture and texts; of each label about as many as of the rarest."""
    context = told(claim)
    if claim.image is None or not context or not is_kept(claim.label, labels, draw, purpose="balance"):
        return
    answer = ANSWERS[claim.label]
    yield Instance(
        instance_id=claim.record_id,
        **picture_of(claim),
        text=claim.claim,
        context=context,
        options=tuple(ANSWERS.values()),
        target=answer,
        references=(answer,),
    )


TASK = Task(
    name="Multimodal Factual Checking",
    dataset="mocheg",
    role="train",
    output="choice",
    slots=frozenset({"TEXT", "CONTEXT", "OPTION"}),
    metrics=("accuracy",),
    survey=survey,
    derive=derive,
)
