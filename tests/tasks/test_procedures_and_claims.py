"""Tasks of WikiHow's procedures and MOCHEG's claims."""

import dataclasses
import re
from collections import Counter

import pytest

from tests.tasks.derivation import derived, records
from workflow_scripts.datasets.mocheg import Claim
from workflow_scripts.datasets.wikihow import Article, Method, Step
from workflow_scripts.tasks.answers import normal
from workflow_scripts.tasks.miscellaneous import multimodal_factual_checking as factual
from workflow_scripts.tasks.registry import load_task
from workflow_scripts.tasks.temporal_ordering.steps import COMMON, PER_ARTICLE, survey
from workflow_scripts.tasks.temporal_ordering.wikihow_next_step_generation import NOTHING

GENERATION, SELECTION = "wikihow_next_step_generation", "wikihow_next_step_selection"
PICTURE_TO_PLACE, TEXT_TO_PLACE = "wikihow_text_image_temporal_ordering", "wikihow_image_text_temporal_ordering"
PROCEDURES = (GENERATION, SELECTION, PICTURE_TO_PLACE, TEXT_TO_PLACE)


def article_of(*headlines: str, unpictured: str = "") -> Article:
    """A method of these steps, all pictured but those at the places in `unpictured`."""
    steps = []
    for n, headline in enumerate(headlines):
        picture = (None, None, None) if str(n) in unpictured else (f"wikihow/{n}.jpg", 40, 30)
        steps.append(Step(headline, *picture))
    return Article("7_make-bread", None, None, None, "make bread", (Method("In a Pan", tuple(steps)),))


def asked(task_id: str, article: Article, common: frozenset[str] = frozenset()) -> dict[int, object]:
    """The task's instances by the place of their step."""
    return {int(i.instance_id.rpartition("/")[2]): i for i in derived(load_task(task_id).derive, article, common)}


def in_world(task_id: str, world) -> list[tuple]:
    """(instance, its method's steps, place of its step) of all articles."""
    articles = records(world, "wikihow")
    found = []
    for article in articles:
        for instance in derived(load_task(task_id).derive, article, survey(articles)):
            method, at = map(int, instance.instance_id.split("/")[-2:])
            found.append((instance, article.methods[method].steps, at))
    assert len(found) >= 10
    return found


# Procedures


def test_next_step_is_told_by_nothing_given(world):
    for instance, steps, at in in_world(GENERATION, world):
        earlier = [f"{n}. {s.headline}" for n, s in enumerate(steps[:at], start=1)]
        assert instance.context == (" ".join(earlier) or NOTHING)
        assert (instance.text, instance.image) == (steps[at].headline, steps[at].image)
        assert instance.target == steps[at + 1].headline
        for given in (instance.context, instance.text, instance.method):
            assert normal(instance.target) not in given.lower()


def test_history_ends_before_the_current_step_and_has_steps_without_picture():
    found = asked(GENERATION, article_of("Mix.", "Knead.", "Wait.", "Bake.", unpictured="1"))
    assert {at: i.context for at, i in found.items()} == {0: NOTHING, 2: "1. Mix. 2. Knead."}
    assert {i.method for i in found.values()} == {"make bread: In a Pan"}


def test_method_without_a_name_is_told_by_its_goal():
    article = article_of("Mix.", "Bake.")
    [method] = article.methods
    article = dataclasses.replace(article, methods=(dataclasses.replace(method, name=""),))
    assert asked(GENERATION, article)[0].method == "make bread"


@pytest.mark.parametrize(
    ("headlines", "places"),
    [
        pytest.param(("Mix.", "Wait.", "Knead.", "wait", "Bake."), set(), id="repeated"),
        pytest.param(("Mix.", "Knead.", "Finished!"), {0}, id="common"),
        pytest.param(("Bake it twice.", "Mix.", "Bake.", "Eat."), {0, 2}, id="told by an earlier step"),
        pytest.param(("Mix.", "Make bread.", "Eat."), {1}, id="told by the goal"),
        pytest.param(("Mix.",), set(), id="single"),
    ],
)
def test_next_step_that_is_not_asked_for(headlines, places):
    assert set(asked(GENERATION, article_of(*headlines), frozenset({normal("Finished!")}))) == places


def test_headlines_under_many_goals_are_common():
    articles = [
        dataclasses.replace(article_of("Mix.", f"Add {n}.", "Mix."), goal=f"bake {n}") for n in range(COMMON + 1)
    ]
    assert survey(articles) == {"mix"}
    assert survey(articles[1:]) == frozenset()
    assert survey([dataclasses.replace(a, goal="bake") for a in articles]) == frozenset()


def test_options_are_the_next_step_and_earlier_and_later_ones(world):
    for instance, steps, at in in_world(SELECTION, world):
        places = [n for option in instance.options for n, s in enumerate(steps) if s.headline == option]
        assert len(places) == len(set(places)) == 4
        assert instance.target == steps[at + 1].headline
        assert at + 1 in places
        assert at not in places
        assert min(places) < at
        assert max(places) > at + 1


@pytest.mark.parametrize(
    ("headlines", "places"),
    [
        (("Mix.", "Knead.", "Bake.", "Eat."), set()),  # three others are needed
        (("Mix.", "Knead.", "Wait.", "Bake.", "Eat."), {1, 2}),  # at 0 there is no earlier, at 3 no later one
        (("Mix.", "Knead.", "Wait.", "mix", "Eat."), set()),  # of equal ones none is an option
    ],
)
def test_where_there_are_enough_options(headlines, places):
    assert set(asked(SELECTION, article_of(*headlines))) == places


def test_a_shown_step_is_placed_beside_a_told_one(world):
    for instance, steps, at in in_world(PICTURE_TO_PLACE, world):
        assert instance.text == steps[at].headline
        assert instance.image == steps[at + (1 if instance.target == "next" else -1)].image


def test_a_told_step_is_placed_beside_a_shown_one(world):
    for instance, steps, at in in_world(TEXT_TO_PLACE, world):
        assert instance.image == steps[at].image
        assert instance.text == steps[at + (1 if instance.target == "next" else -1)].headline


@pytest.mark.parametrize(
    ("unpictured", "picture_places", "text_places"),
    [("", {1, 2, 3}, {1, 2, 3}), ("0", {2, 3}, {1, 2, 3}), ("2", {2}, {1, 3}), ("024", {2}, {1, 3})],
)
def test_only_steps_are_placed_that_could_be_on_either_side(unpictured, picture_places, text_places):
    """So what lacks a picture does not tell the side."""
    article = article_of("Mix.", "Knead.", "Wait.", "Bake.", "Eat.", unpictured=unpictured)
    assert set(asked(PICTURE_TO_PLACE, article)) == picture_places
    assert set(asked(TEXT_TO_PLACE, article)) == text_places


@pytest.mark.parametrize("task_id", [PICTURE_TO_PLACE, TEXT_TO_PLACE])
def test_both_sides_are_as_frequent_and_stored_as_options(task_id):
    article, task = article_of(*(f"Add {n}." for n in range(10))), load_task(task_id)
    found = [i for seed in range(200) for i in derived(task.derive, article, frozenset(), seed=seed)]
    assert {i.options for i in found} == {("next", "previous")}
    assert abs(Counter(i.target for i in found)["next"] / len(found) - 0.5) < 0.07  # four standard deviations


@pytest.mark.parametrize("task_id", PROCEDURES)
def test_long_articles_give_no_more_than_short_ones(task_id):
    article = article_of(*(f"Add part {chr(97 + n)}." for n in range(20)))
    found = [set(asked(task_id, dataclasses.replace(article, record_id=f"{n}_x"))) for n in range(20)]
    assert {len(places) for places in found} == {PER_ARTICLE}
    assert len(set().union(*found)) > 12  # drawn, not the first


# Claims


def claim_of(*evidence: str, **fields) -> Claim:
    known = {"record_id": "7", "image": "mocheg/x.jpg", "width": 40, "height": 30, "claim": "It rains.", "label": "NEI"}
    return Claim(**{**known, "evidence": evidence, **fields})


@pytest.mark.parametrize(
    ("evidence", "context"),
    [
        (("It rained. Our ruling follows. It snowed.",), "It rained. It snowed."),
        (("We rate this claim Mostly False.", "It rained."), "It rained."),
        (("It is TRUE. J. Smith saw rain in the U.S. on Monday!",), "J. Smith saw rain in the U.S. on Monday!"),
        (("Snopes.com, https://www.snopes.com/fact-check/rain.", 'PolitiFact wrote: "Pants on Fire".'), ""),
        (("A true-colour image shows misleading clouds. It is a MIXTURE. A mixture of oil.",), "A mixture of oil."),
        (("Trueman built falsework, a legend.",), "Trueman built falsework, a legend."),
    ],
)
def test_sentences_that_pass_judgement_are_left_out(evidence, context):
    assert factual.told(claim_of(*evidence)) == context


def test_long_evidence_ends_with_a_sentence():
    sentences = [f"Sentence number {n} tells nothing of interest." for n in range(100)]
    context = factual.told(claim_of(" ".join(sentences[:60]), " ".join(sentences[60:])))
    assert context == " ".join(sentences[: context.count(".")])
    assert factual.MAX_CHARACTERS - len(sentences[-1]) - 1 <= len(context) <= factual.MAX_CHARACTERS
    assert factual.told(claim_of("x" * 2_000 + ". Short.")) == ""


def test_rating_words_are_in_no_context(world):
    ratings = re.compile(r"\b(true|false|unproven|ruling|rate|rating|MIXTURE)\b", re.IGNORECASE)
    for claim in records(world, "mocheg"):
        assert not ratings.search(factual.told(claim))


@pytest.mark.parametrize("lacks", [{"image": None}, {"evidence": ()}, {"evidence": ("We rate this claim true.",)}])
def test_a_claim_needs_a_picture_and_texts(lacks):
    whole = claim_of("It rained.")
    assert factual.survey([whole, claim_of(**{"evidence": ("It rained.",), "label": "refuted", **lacks})]) == {"NEI": 1}
    assert len(derived(factual.derive, whole, {"NEI": 1})) == 1
    assert derived(factual.derive, claim_of(**{"evidence": ("It rained.",), **lacks}), {"NEI": 1}) == []


def test_labels_are_told_apart_and_equally_frequent():
    frequencies = {"supported": 1_500, "refuted": 400, "NEI": 800}
    claims = [
        claim_of("It rained.", record_id=f"{label} {n}", label=label)
        for label, n in frequencies.items()
        for n in range(n)
    ]
    counts = factual.survey(claims)
    assert counts == frequencies
    found = [i for claim in claims for i in derived(factual.derive, claim, counts)]
    answers = {(i.instance_id.split()[0], i.target) for i in found}
    assert answers == {("supported", "yes"), ("refuted", "no"), ("NEI", "not sure")}
    assert all(340 < times < 460 for times in Counter(i.target for i in found).values())
