"""The scheme of VCR's tasks: texts that name what is seen ("person 1", "dining table 2"), a region to every name."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from workflow_scripts.datasets.vcr import Object, Question, Token
from workflow_scripts.tasks.answers import all_different
from workflow_scripts.tasks.base import Draw, Instance, picture_of

_KINDS = {  # VCR writes the categories of MS COCO without blanks
    kind.replace(" ", ""): kind
    for kind in (
        *("traffic light", "fire hydrant", "stop sign", "parking meter", "sports ball", "baseball bat"),
        *("baseball glove", "tennis racket", "wine glass", "hot dog", "potted plant", "dining table", "cell phone"),
        *("teddy bear", "hair drier"),
    )
}
_JOINS = tuple(  # what the tokens were cut from, in this order; quotation marks come in pairs once apostrophes are gone
    (re.compile(pattern), joined)
    for pattern, joined in (
        (r" ?(['’]) ?(s|t|m|d|re|ve|ll)\b", r"\1\2"),
        (r" (n['’]t)\b", r"\1"),
        (r'" ([^"]*?) ?"', r'"\1"'),
        (r"(?<!\w)' ((?:[^']|(?<=\w)'(?=\w))*?) ?'(?!\w)", r"'\1'"),
        (r"(?<=s) ' ", "' "),
        (r" ([.,;:?!%)\]])", r"\1"),
        (r"([(\[$#]) ", r"\1"),
        (r"(?<=\w) ([-/]) (?=\w)", r"\1"),
    )
)


def names_of(objects: Iterable[Object]) -> tuple[str, ...]:
    """A name for each: its kind, and its number among those of the kind in the order of detection."""
    numbers: Counter[str] = Counter()
    names = []
    for thing in objects:
        kind = _KINDS.get(thing.name, thing.name)
        numbers[kind] += 1
        names.append(f"{kind} {numbers[kind]}")
    return tuple(names)


def sentence(tokens: Iterable[Token], names: Sequence[str]) -> str:
    """The tokens as people write them, with a name for every object that is mentioned."""
    text = " ".join(token.word or _listing([names[i] for i in dict.fromkeys(token.objects)]) for token in tokens)
    for pattern, joined in _JOINS:
        text = pattern.sub(joined, text)
    return text


def _listing(names: list[str]) -> str:
    return " and ".join(part for part in (", ".join(names[:-1]), names[-1]) if part)


def chosen_among(
    question: Question, choices: Sequence[Sequence[Token]], right: int, draw: Draw, **texts: Sequence[Token]
) -> Iterator[Instance]:  # fmt: skip
    """One instance: the choices in drawn order, and the regions of all that is named in them or in the other texts.

    Where nothing is named ("Where is everyone?"), all objects are given. There is none where two choices read alike,
    or a still has no objects. texts: instance fields.
    """
    names = names_of(question.objects)
    options = [sentence(choice, names) for choice in choices]
    if not names or not all_different(options):
        return
    named = {i for text in (*choices, *texts.values()) for token in text for i in token.objects}
    given = sorted(named or range(len(names)))
    filled: dict[str, Any] = {field: sentence(text, names) for field, text in texts.items()}
    yield Instance(
        instance_id=question.record_id,
        **picture_of(question),
        **filled,
        regions=tuple(question.objects[i].region for i in given),
        region_names=tuple(names[i] for i in given),
        options=tuple(draw.shuffled(options, purpose="options")),
        target=options[right],
        references=(options[right],),
    )
