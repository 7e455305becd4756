"""The scheme of all TDIUC tasks: a question, and options of the right answer's own form.

Where the answer is yes or no, both are offered and equally frequent. Where it is a number, so are numbers near it;
otherwise what else is answered to questions that begin alike. Wrong options are drawn as often as they are right
answers, or the frequent answer would be the right one.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

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
TENS = ("thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
NEAR = 5  # how far a wrong number is from the right one, at most
START = 4  # words of a question that tell what is asked for: "what is the weather"

Weighted = tuple[tuple[str, int], ...]  # answers and how often each is given, by alphabet


@dataclass(frozen=True)
class Answers:
    """What a split's questions of one type are answered."""

    yes_no: dict[str, int]
    numbers: dict[str, int]
    others: dict[tuple[str, ...], Weighted]  # by the first words of the question, none to START of them


def survey(questions: Iterable[Question]) -> Answers:
    short = dict.fromkeys((*YES_NO, *NUMBERS), 0)
    others: dict[tuple[str, ...], Counter[str]] = {}
    for q in questions:
        if q.answer in short:
            short[q.answer] += 1
        elif not _is_number(q.answer):
            for start in _starts(q.question):
                others.setdefault(start, Counter())[q.answer] += 1
    return Answers(
        yes_no={answer: short[answer] for answer in YES_NO},
        numbers={answer: short[answer] for answer in NUMBERS},
        others={start: tuple(sorted(times.items())) for start, times in others.items()},
    )


def derive(question: Question, draw: Draw, answers: Answers) -> Iterator[Instance]:
    """The question; yes and no as often as the rarer of both, others if there are enough wrong answers."""
    if question.answer in YES_NO:
        if not is_kept(question.answer, answers.yes_no, draw, purpose="balance"):
            return
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
    """Up to three; none if the right one would stand out: the question names it, or it is a number with none near."""
    if says(question.question, question.answer):
        return []
    if question.answer in NUMBERS:
        at = NUMBERS.index(question.answer)
        near = [(n, answers.numbers[n] + 1) for n in NUMBERS[max(at - NEAR, 0) : at + NEAR + 1] if n != question.answer]
        return _by_weight(near, draw, purpose="wrong")[: OPTIONS - 1]
    if _is_number(question.answer):
        return []
    shown = [question.answer]
    for start in _starts(question.question):
        for answer in _by_weight(answers.others.get(start, ()), draw, purpose=f"wrong {len(start)}"):
            if len(shown) == OPTIONS:
                break
            if not says(question.question, answer) and not any(alike(answer, other) for other in shown):
                shown.append(answer)
    return shown[1:]


def _starts(question: str) -> list[tuple[str, ...]]:
    """The question's first words, the longest first."""
    words = question.lower().split(maxsplit=START)[:START]
    return [tuple(words[:n]) for n in range(len(words), -1, -1)]


def _is_number(answer: str) -> bool:
    """Whether it is a number in words, of whatever size."""
    return answer.replace("-", " ").split()[0] in (*NUMBERS, *TENS)


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
