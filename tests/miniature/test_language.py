"""What is said about a scene is true of its graph."""

import random

import pytest

from workflow_scripts.miniature import language, questions
from workflow_scripts.miniature.kinds import KINDS, PLACES
from workflow_scripts.miniature.relations import only_one, relations, squarely
from workflow_scripts.miniature.scenes import Scene, Thing, scene

SCENES = [scene(5, "test", index) for index in range(300)]
KITE = Thing("kite", "red", "small", (10, 10, 30, 40))
BALL = Thing("sports ball", "blue", "large", (60, 12, 100, 52))
CAR = Thing("car", "green", "large", (20, 70, 80, 100))
SMALL = Scene(120, 120, "beach", "sunny", 50, (KITE, BALL, CAR))


def ask(one: Scene) -> list[questions.Question]:
    return questions.questions(one, random.Random(1))


def test_relations_by_hand():
    assert relations(SMALL, KITE, BALL) == ["left of"]
    assert relations(SMALL, BALL, KITE) == ["right of"]
    assert relations(SMALL, CAR, KITE) == ["below"]
    over = Thing("vase", "pink", "small", (90, 40, 110, 70))
    stacked = Scene(120, 120, "beach", "sunny", 50, (BALL, over))
    assert relations(stacked, over, BALL) == ["in front of"]
    assert relations(stacked, BALL, over) == ["behind"]
    assert squarely(KITE, "left of", BALL)
    assert not squarely(KITE, "above", BALL)
    assert only_one(SMALL, "right of", CAR) is None  # the car is below the ball rather than left of it


def test_questions_by_hand():
    answers = {q.question: q.answer for q in ask(SMALL)}
    colour = next(a for q, a in answers.items() if "color" in q and "kite" in q)
    assert colour == "red"
    assert answers["Where is the kite?"] in ("to the left of the sports ball", "above the car")
    assert "two" not in answers.values()


def test_colours_and_counts_are_those_of_the_graph():
    for one in SCENES:
        for q in ask(one):
            if q.kind == "color":
                category = next(c for c in KINDS if f"{c}?" in q.question or f"{c}'s shirt?" in q.question)
                asked = [t for t in one.of(category) if t.size in q.question.split() or len(one.of(category)) == 1]
                assert [t.colour for t in asked] == [q.answer]
            if q.kind == "counting":
                category = next(c for c in KINDS if f" {language.plural(c)} " in q.question)
                assert language.NUMBERS.index(q.answer) == len(one.of(category))
            if q.kind == "object_presence":
                category = next(c for c in KINDS if f" {language.a(c)} " in q.question.replace("?", " "))
                assert (category in one.categories) == (q.answer == "yes")


def test_wrong_answers_are_three_different_ones_or_none():
    for one in SCENES:
        for q in ask(one):
            assert len(q.wrong) in (0, 3), q
            assert len({q.answer, *q.wrong}) == 1 + len(q.wrong), q


def test_every_kind_of_question_occurs():
    kinds = {q.kind for one in SCENES for q in ask(one)}
    assert kinds >= {"absurd", "sport_recognition", "utility_affordance", "who", "when", "why", "where", "reading"}


@pytest.mark.parametrize("index", [0, 1, 2, 3, 17])
def test_five_different_captions_name_only_what_is_there(index):
    one = SCENES[index]
    captions = language.captions(one, random.Random(2))
    assert len(set(captions)) == 5
    for category in set(KINDS) - set(one.categories):
        assert not any(category in caption for caption in captions), (category, captions)
    assert any(PLACES[one.place].where in caption.lower() for caption in captions)


def test_five_captions_for_every_scene():
    assert all(len(set(language.captions(one, random.Random(2)))) == 5 for one in SCENES)


def test_names_are_their_things_alone():
    for one in SCENES:
        names = [language.name(t, one) for t in one.things]
        assert len(set(names)) == len(names)


def test_pointing_questions_have_one_answer():
    for one in SCENES:
        asked = list(questions.pointing(one, random.Random(3)))
        assert len({q for q, _ in asked}) == len(set(asked))  # the same question never points at two things
        for question, thing in asked:
            if question.split()[2:4] in (["is", "a"], ["is", "an"]) and "shirt" not in question:
                alike = [t for t in one.of(thing.category) if t.colour in question]
                assert len(one.of(thing.category)) == 1 or thing in alike
