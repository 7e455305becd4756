"""The scheme of all TDIUC tasks: a question and four answers of the right answer's own form."""

from collections import Counter
from collections.abc import Iterable, Iterator

from workflow_scripts.datasets.tdiuc import Question
from workflow_scripts.tasks.base import Draw, Instance, Task, picture_of

OPTIONS = 4
YES_NO = ("yes", "no")
NUMBERS = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen"),
)


def survey(questions: Iterable[Question]) -> tuple[str, ...]:
    """Every answer but yes, no and numbers, most frequent first; equally frequent ones by alphabet."""
    times = Counter(q.answer for q in questions)
    open_answers = [a for a in times if a not in YES_NO and a not in NUMBERS]
    return tuple(sorted(open_answers, key=lambda a: (-times[a], a)))


def derive(question: Question, draw: Draw, answers: tuple[str, ...]) -> Iterator[Instance]:
    """The question, if there are enough wrong answers of the right one's form."""
    wrong = _wrong_answers(question.answer, draw, answers)
    if wrong is None:
        return
    options = (
        YES_NO if question.answer in YES_NO else tuple(draw.shuffled([question.answer, *wrong], purpose="options"))
    )
    yield Instance(
        instance_id=question.record_id,
        **picture_of(question),
        text=question.question,
        options=options,
        target=question.answer,
        references=(question.answer,),
    )


def _wrong_answers(answer: str, draw: Draw, answers: tuple[str, ...]) -> list[str] | None:
    """Yes or no: the other. A number: three of its nearest. Otherwise three of the type's, none holding the other."""
    if answer in YES_NO:
        return [a for a in YES_NO if a != answer]
    if answer in NUMBERS:
        at = NUMBERS.index(answer)
        near = [NUMBERS[n] for n in range(max(at - OPTIONS, 0), min(at + OPTIONS + 1, len(NUMBERS))) if n != at]
        return draw.sample(near, OPTIONS - 1, purpose="wrong")
    candidates = [a for a in answers if a not in answer and answer not in a]
    return draw.sample(candidates, OPTIONS - 1, purpose="wrong") if len(candidates) >= OPTIONS - 1 else None


def tdiuc_task(name: str, question_type: str) -> Task:
    """The task of one question type."""
    return Task(
        name=name,
        dataset="tdiuc",
        role="train",
        output="choice",
        slots=frozenset({"TEXT", "OPTION"}),
        metrics=("accuracy",),
        where=("question_type", question_type),
        survey=survey,
        derive=derive,
    )
