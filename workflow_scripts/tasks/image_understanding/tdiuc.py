"""The scheme of all TDIUC tasks: a question, and options of the right answer's own form.

Where the answer is yes or no, both are offered and equally frequent. Where it is a number, so are numbers near it, and
the commonest are thinned; otherwise what else is answered to questions that begin alike. Wrong options are drawn as
often as they are right elsewhere, or the commonest would be a good guess.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

from workflow_scripts.datasets.tdiuc import Question
from workflow_scripts.tasks.alike import alike, says
from workflow_scripts.tasks.balance import is_kept
from workflow_scripts.tasks.base import Draw, Instance, Role, Task, picture_of

OPTIONS = 4
YES_NO = ("yes", "no")
NUMBERS = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty"),
)
NUMBER_WORDS = {*NUMBERS, "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"}  # that begin a number
NEAR = 5  # how far a wrong number is from the right one, at most
START = 4  # words of a question that tell what is asked for: "what is the weather"
MOST = 200  # different answers to questions that begin alike; the rarer ones are nobody's wrong options

Weighted = tuple[tuple[str, int], ...]  # answers and how often each is given, the most frequent first


@dataclass(frozen=True)
class Answers:
    """What a split's questions of one type are answered."""

    yes_no: dict[str, int]
    common: dict[str, int]  # the OPTIONS most frequent numbers
    numbers: dict[str, int]
    others: dict[tuple[str, ...], Weighted]  # by the first words of the question, none to START of them


def survey(questions: Iterable[Question]) -> Answers:
    short = dict.fromkeys((*YES_NO, *NUMBERS), 0)
    others: dict[tuple[str, ...], Counter[str]] = defaultdict(Counter)
    for q in questions:
        if q.answer in short:
            short[q.answer] += 1
        elif not _is_number(q.answer):
            for start in _starts(q.question):
                others[start][q.answer] += 1
    numbers = {answer: short[answer] for answer in NUMBERS}
    common = sorted(filter(numbers.get, NUMBERS), key=numbers.get, reverse=True)[:OPTIONS]
    return Answers(
        yes_no={answer: short[answer] for answer in YES_NO},
        common={answer: numbers[answer] for answer in common},
        numbers=numbers,
        others={start: _most_frequent(times) for start, times in others.items()},
    )


def _most_frequent(times: Counter[str]) -> Weighted:
    return tuple(sorted(times.items(), key=lambda pair: (-pair[1], pair[0]))[:MOST])


def derive(question: Question, draw: Draw, answers: Answers) -> Iterator[Instance]:
    """The question, if its answer is none too many and there are enough wrong ones."""
    for rivals in (answers.yes_no, answers.common):
        if question.answer in rivals and not is_kept(question.answer, rivals, draw, purpose="balance"):
            return
    if question.answer in YES_NO:
        options = YES_NO
    else:
        wrong = _wrong_answers(question, draw, answers)
        if len(wrong) < OPTIONS - 1:
            return
        options = tuple(draw.shuffled([question.answer, *wrong], purpose="options"))
    yield Instance(
        instance_id=question.record_id,
        **picture_of(question),
        text=question.question,
        options=options,
        target=question.answer,
        references=(question.answer,),
    )


def _wrong_answers(question: Question, draw: Draw, answers: Answers) -> list[str]:
    """Three, or fewer: then there are not enough."""
    if question.answer in NUMBERS:
        at, most = NUMBERS.index(question.answer), min(answers.common.values())
        near = [n for n in NUMBERS[max(at - NEAR, 0) : at + NEAR + 1] if n != question.answer]
        weighted = [(n, min(answers.numbers[n], most) + 1) for n in near]
        return _by_weight(weighted, draw, purpose="wrong")[: OPTIONS - 1]
    if _is_number(question.answer):
        return []
    groups = [answers.others.get(start, ()) for start in _starts(question.question)]
    drawn = (a for n, group in enumerate(groups) for a in _by_weight(group, draw, purpose=f"wrong {n}"))
    unnamed = (a for a in drawn if not says(question.question, a))
    if not says(question.question, question.answer):
        return _unlike(question.answer, unnamed)
    named = _unlike(question.answer, (a for group in groups for a, _ in group if says(question.question, a)))
    return _unlike(question.answer, chain(named, unnamed)) if named else []  # "large or small?" needs both


def _unlike(right: str, wrong: Iterable[str]) -> list[str]:
    """The first three of these that are alike neither each other nor the right answer."""
    shown = [right]
    for answer in wrong:
        if not any(alike(answer, other) for other in shown):
            shown.append(answer)
        if len(shown) == OPTIONS:
            break
    return shown[1:]


def _starts(question: str) -> list[tuple[str, ...]]:
    """The question's first words, the longest first."""
    words = question.lower().split(maxsplit=START)[:START]
    return [tuple(words[:n]) for n in range(len(words), -1, -1)]


def _is_number(answer: str) -> bool:
    """Whether it is a number in words, of whatever size."""
    return answer.replace("-", " ").split()[0] in NUMBER_WORDS


def _by_weight(weighted: Iterable[tuple[str, int]], draw: Draw, *, purpose: str) -> list[str]:
    """All of them in drawn order: the next is each of the rest as often as its weight says (Efraimidis, Spirakis)."""
    random = draw.generator(purpose).random
    keys = {answer: random() ** (1 / weight) for answer, weight in weighted}
    return sorted(keys, key=keys.__getitem__, reverse=True)


def tdiuc_task(name: str, question_type: str, *, role: Role = "train") -> Task:
    """The task of one question type."""
    return Task(
        name=name,
        dataset="tdiuc",
        role=role,
        output="choice",
        slots=frozenset({"TEXT", "OPTION"}),
        metrics=("accuracy",),
        where=("question_type", question_type),
        survey=survey,
        derive=derive,
    )
