"""Tasks of TDIUC's questions: which options are offered, and what they tell of the answer."""

import random
from collections import Counter

import pytest

from tests.tasks.derivation import derived, records
from workflow_scripts.datasets.tdiuc import Question
from workflow_scripts.tasks.alike import alike, says
from workflow_scripts.tasks.image_understanding import tdiuc
from workflow_scripts.tasks.registry import load_tasks

TASKS = [task for task in load_tasks().values() if task.dataset == "tdiuc"]
SEEDS = range(10)


def question(answer: str, text: str = "How many?", number: int = 1) -> Question:
    return Question(str(number), "mscoco/x.jpg", 10, 10, "counting", text, answer)


def asked(answers: dict[str, int], text: str = "How many?") -> list[Question]:
    """Questions with these answers, each so many times."""
    all_answers = [answer for answer, times in answers.items() for _ in range(times)]
    return [question(answer, text, number) for number, answer in enumerate(all_answers)]


def shown(q: Question, survey: tdiuc.Answers) -> list[tuple[str, ...]]:
    """The options of each of some seeds; none where there is no instance."""
    return [i.options for seed in SEEDS for i in derived(tdiuc.derive, q, survey, seed=seed)]


# All tasks of the scheme


def test_every_type_but_absurd_is_a_task():
    types = "color counting object_presence object_recognition scene_recognition sentiment_understanding "
    types += "positional_reasoning utility_affordance sport_recognition activity_recognition attribute"
    assert sorted(task.where[1] for task in TASKS) == sorted(types.split())


@pytest.mark.parametrize("task", TASKS, ids=[task.id for task in TASKS])
def test_options_are_of_the_form_of_the_answer(task, world):
    of_type = [q for q in records(world, "tdiuc") if q.question_type == task.where[1]]
    survey = tdiuc.survey(of_type)
    made = [i for q in of_type for i in derived(tdiuc.derive, q, survey)]
    assert made
    for i in made:
        if i.target in tdiuc.YES_NO:
            assert i.options == tdiuc.YES_NO
            continue
        assert len(i.options) == 4
        assert (task.id == "counting") == (i.target in tdiuc.NUMBERS) == set(i.options).issubset(tdiuc.NUMBERS)
        assert sum(alike(a, b) for a in i.options for b in i.options) == 4 or task.id == "counting"
        named = [o for o in i.options if says(i.text, o)]
        assert named == [] or (i.target in named and len(named) >= 2)


def test_only_object_detection_is_yes_and_no_alone(world):
    forms = {
        t.id: {q.answer in tdiuc.YES_NO for q in records(world, "tdiuc") if q.question_type == t.where[1]}
        for t in TASKS
    }
    assert [task_id for task_id, answers in forms.items() if answers == {True}] == ["object_detection"]
    assert sum(len(answers) == 2 for answers in forms.values()) >= 3  # of some, both


# Yes and no


def test_yes_and_no_are_their_own_options_and_equally_frequent():
    questions = asked({"yes": 600, "no": 200, "red": 50, "two": 30})
    survey = tdiuc.survey(questions)
    kept = Counter(i.target for q in questions[:800] for i in derived(tdiuc.derive, q, survey))
    assert kept["no"] == 200
    assert 160 <= kept["yes"] <= 240
    assert set(shown(questions[700], survey)) == {("yes", "no")}


def test_yes_alone_is_not_asked_for():
    questions = asked({"yes": 9, "red": 1})
    assert shown(questions[0], tdiuc.survey(questions)) == []


# Numbers


@pytest.mark.parametrize("answer", tdiuc.NUMBERS)
def test_wrong_numbers_are_near_and_are_not_the_answer(answer):
    for options in shown(question(answer), tdiuc.survey([question(answer)])):
        assert Counter(options)[answer] == 1
        assert len(set(options)) == 4
        assert all(abs(tdiuc.NUMBERS.index(o) - tdiuc.NUMBERS.index(answer)) <= 5 for o in options)


def test_commonest_numbers_are_thinned_to_the_fourth():
    questions = asked({"one": 900, "two": 700, "three": 300, "zero": 100, "four": 40})
    survey = tdiuc.survey(questions)
    kept = Counter(i.target for q in questions for i in derived(tdiuc.derive, q, survey))
    assert (kept["zero"], kept["four"]) == (100, 40)
    assert all(70 <= kept[number] <= 130 for number in ("one", "two", "three"))


@pytest.mark.parametrize("answer", ["forty", "thirty-nine", "one hundred and one", "two thousand and twelve"])
def test_large_numbers_are_neither_asked_for_nor_offered(answer):
    questions = asked({answer: 5, "red": 5, "blue": 5, "green": 5, "black": 5})
    survey = tdiuc.survey(questions)
    assert shown(questions[0], survey) == []
    assert all(set(options) == {"red", "blue", "green", "black"} for options in shown(questions[5], survey))


# Other answers


def test_wrong_answers_are_of_questions_that_begin_alike():
    weather = ["sunny", "cloudy", "rainy", "snowy"]
    rooms = ["kitchen", "bathroom", "bedroom", "office", "hall"]
    questions = [question(a, "What is the weather like?") for a in weather]
    questions += [question(a, "What room is this?") for a in rooms * 50]
    survey = tdiuc.survey(questions)
    assert all(set(options) == set(weather) for options in shown(questions[0], survey))
    assert all(set(options) < set(rooms) for options in shown(questions[5], survey))


def test_where_too_few_begin_alike_the_rest_is_filled_up():
    questions = [question(a, "What could you eat?") for a in ("apple", "donut")]
    questions += [question(a, "What could you ride?") for a in ("skateboard", "car", "horse")]
    for options in shown(questions[0], tdiuc.survey(questions)):
        assert {"apple", "donut"} < set(options)
        assert len(set(options)) == 4
    assert shown(questions[0], tdiuc.survey(questions[:3])) == []


@pytest.mark.parametrize(
    ("answer", "never"),
    [
        ("red", ["dark red", "red and white", "maroon"]),
        ("grey", ["gray", "silver"]),
        ("dog", ["dogs", "puppy", "hot dog"]),
        ("baseball", ["playing baseball"]),
        ("cloudy", ["clouds", "overcast"]),
        ("bus", ["buses", "vehicle"]),
    ],
)
def test_wrong_answers_are_not_another_word_for_the_right_one(answer, never):
    questions = asked({answer: 5, **dict.fromkeys(never, 500), "pink": 1, "striped": 1, "tennis": 1}, "What is it?")
    assert all(set(o) == {answer, "pink", "striped", "tennis"} for o in shown(questions[0], tdiuc.survey(questions)))


def test_only_one_of_two_words_for_the_same_thing_is_offered():
    questions = asked({"pink": 5, "gray": 500, "grey": 500, "green": 1, "blue": 1})
    assert all(len({"gray", "grey"} & set(o)) == 1 for o in shown(questions[0], tdiuc.survey(questions)))


def test_answers_that_the_question_names_are_offered_together_or_not_at_all():
    questions = asked({"large": 9, "small": 9, "red": 9, "round": 9, "tall": 9}, "Is the red clock large or small?")
    for q, other in ((questions[0], "small"), (questions[9], "large")):
        assert all({q.answer, other, "red"} < set(options) for options in shown(q, tdiuc.survey(questions)))
    assert shown(questions[40], tdiuc.survey(questions)) == []  # tall; of the others only round is not named
    alone = [question("large", "Is it large?"), *asked({"red": 3, "round": 3, "tall": 3}, "What is it like?")]
    assert shown(alone[0], tdiuc.survey(alone)) == []


def test_the_commonest_option_is_a_poor_guess():
    """Of answers as unequal as colours are; wrong ones drawn evenly would leave the right one the commonest in 46 %."""
    times = {"white": 400, "black": 300, "blue": 200, "red": 150, "brown": 150, "green": 100, "yellow": 60, "pink": 20}
    questions = asked(times, "What color is it?")
    survey = tdiuc.survey(questions)
    made = [i for q in questions for i in derived(tdiuc.derive, q, survey)]
    assert len(made) == len(questions)
    assert sum(i.target == max(i.options, key=times.get) for i in made) / len(made) < 0.38


def test_survey_does_not_depend_on_the_order_of_questions():
    questions = asked({"red": 3, "blue": 3, "two": 2, "three": 2, "yes": 1, "forty": 1}, "What is on the bus?")
    assert tdiuc.survey(random.Random(1).sample(questions, len(questions))) == tdiuc.survey(questions)
    assert tdiuc.survey(questions).others[("what", "is", "on", "the")] == (("blue", 3), ("red", 3))
