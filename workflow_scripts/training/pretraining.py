"""What `ofa_nano` is pre-trained on: OFA's own pre-training tasks, over pictures that are drawn for it alone.

The eight tasks of OFA (arXiv 2202.03052): captioning, grounded captioning, grounding, image-text matching, VQA,
detection, image infilling and text infilling, under OFA's own prompts. No instruction of MULTIINSTRUCT occurs, nor any
of its pictures: those are of other universes (see miniature.universes). Nothing is told of a picture that is not so.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from PIL import Image

from workflow_scripts.miniature import disasters, drawing, language
from workflow_scripts.miniature.kinds import KINDS
from workflow_scripts.miniature.language import NUMBERS, a, coloured, name, plural, spoken
from workflow_scripts.miniature.natural_instructions import draw_pairs
from workflow_scripts.miniature.questions import questions
from workflow_scripts.miniature.relations import relations
from workflow_scripts.miniature.scenes import Scene, Thing, scene
from workflow_scripts.miniature.signs import SignPicture, sign_picture
from workflow_scripts.miniature.text_tasks import TASKS
from workflow_scripts.models.ofa import prompts
from workflow_scripts.randomness import keyed_number
from workflow_scripts.regions import BINS, Region, spell
from workflow_scripts.tokens.bpe import TextTokenizer

UNIVERSE = "pretraining"
PER_FOLDER = 1000  # pictures
SIGNS_EVERY, DISASTERS_EVERY = 8, 16  # of so many pictures one is of signs, and one of a disaster
QUESTIONS, CHOICES = 2, 3  # of a scene, at most; choices: questions that name the answers
ANSWERS = 4  # that are named, at most
OTHERS = 4  # next scenes, whose captions are false of this one
NAMED, NAMED_STRINGS = 0.5, 0.7  # share of the texts to be written whole that are named among others; of random ones
MIDDLE = (0.25, 0.25, 0.75, 0.75)  # of a picture: what image infilling hides
MASKED, MASKED_STRINGS = 0.3, 0.6  # share of a text's tokens that text infilling hides; of a random one's
LONGEST_RUN = 3  # tokens behind one mask
OF_REGIONS = 0.4  # share of the random strings that are regions
WORDS, OPTION_WORDS = 14, 8  # of a random string at most, and of one that is named among others
BEGUN, MASKED_BEGUN = 0.6, 0.7  # share of the texts to be picked that are told by how they begin; of the others, hidden
BEGUN_REGIONS, BEGUN_WORDS, BEGUN_NAMED = 0.5, 6, 5  # of them: share of regions; words, and texts named, at most
OPPOSITE = {"left of": "right of", "above": "below", "in front of": "behind"}
OPPOSITE |= {there: here for here, there in OPPOSITE.items()}
SHOWN = {  # what a caption calls a disaster
    "earthquake": "a house with cracks in its walls after an earthquake",
    "fire": "a house on fire with flames and smoke",
    "flood": "a house that stands in the water of a flood",
    "hurricane": "a house and bent palms in the wind of a hurricane",
    "landslide": "mud and rocks of a landslide beside a house",
    "other_disaster": "an accident of cars on a road",
}


@dataclass(frozen=True)
class Sample:
    """One sample of a pre-training task; everything is spelt as text."""

    task: str
    source: str  # OFA's prompt
    target: str | None  # None: the codes of what is hidden
    mask: Region | None = None  # pixels of the picture; black there
    masked: float = 0.0  # share of the tokens of `source`, which is a text, that are to be hidden
    begun: int = 0  # tokens of `source`, which is a text, that are left before one mask; 0: see `masked`
    named: str = ""  # behind a text with masks: what can be answered

    @property
    def hides(self) -> bool:
        """Whether `source` is a text of which a part is to be hidden."""
        return self.masked > 0 or self.begun > 0


@dataclass(frozen=True)
class Course:
    """How much of each task there is; the pictures of the second course are others.

    infilled: share of the scenes whose middle is to be drawn. detected: of those whose things are all to be named.
    statements: of a scene, at most. rounds: how often statements of each kind are drawn for them; they can repeat.
    """

    infilled: float
    detected: float
    statements: int
    rounds: int


COURSES = {
    "first": Course(infilled=0.25, detected=0.5, statements=3, rounds=1),
    "further": Course(infilled=0.1, detected=0.2, statements=8, rounds=3),  # comparing is learnt last
}


@dataclass(frozen=True)
class Drawn:
    """All samples of one picture, or of a text."""

    samples: tuple[Sample, ...]
    size: tuple[int, int] | None = None  # of the picture, pixels
    index: int | None = None  # of the picture


def picture_path(index: int) -> str:
    return f"pictures/{index // PER_FOLDER:03}/{index}.jpg"


def scene_of(seed: int, index: int) -> Scene | None:
    """What the picture of an index shows; None if it shows signs or a disaster."""
    of_signs, of_disaster = index % SIGNS_EVERY == SIGNS_EVERY - 1, index % DISASTERS_EVERY == 0
    return None if of_signs or of_disaster else scene(seed, UNIVERSE, index)


def picture(seed: int, index: int, course: Course = COURSES["first"]) -> tuple[Image.Image, Drawn]:
    """The picture of an index and what is asked about it; the same for ever for the same arguments."""
    draw = random.Random(keyed_number("pretraining", seed, index))
    if shown := scene_of(seed, index):
        others = [other for i in range(index + 1, index + 1 + OTHERS) if (other := scene_of(seed, i))]
        samples = _of_scene(shown, others, course, draw)
        return drawing.draw(shown), Drawn(tuple(samples), (shown.width, shown.height), index)
    if index % SIGNS_EVERY == SIGNS_EVERY - 1:
        shown = sign_picture(seed, UNIVERSE, index)
        image = shown.draw()
        return image, Drawn(tuple(_of_signs(shown, draw)), image.size, index)
    kind, severity = draw.choice(list(disasters.DISASTERS)), draw.choice(disasters.SEVERITIES)
    image = disasters.draw(kind, severity, draw)
    return image, Drawn((_caption(f"A picture of {SHOWN[kind]}"),), image.size, index)


def _of_scene(shown: Scene, others: Sequence[Scene], course: Course, draw: random.Random) -> Iterator[Sample]:
    captions = _captions(shown, draw)
    false = _false_captions(shown, others, draw)
    yield _caption(captions[0])
    yield _infilled(captions[-1], false, draw)
    if captions[2:] and false:
        yield Sample("captioning", _naming(prompts.caption(), captions[1], false, draw), captions[1])
        yield _matching(captions[2], false[0], draw)
    if draw.random() < course.infilled:
        yield _hidden_middle(shown.width, shown.height)
    if not shown.things:
        return
    if draw.random() < course.detected:
        yield Sample("detection", prompts.detect(), _objects(shown))
    thing = draw.choice(shown.things)
    region, phrases = spell(thing.box, shown.width, shown.height), language.phrases(thing, shown, draw)
    yield Sample("grounding", prompts.ground(phrases[0]), region)
    yield Sample("grounded captioning", prompts.describe_region(region), phrases[-1])
    yield from _regions_named(shown, draw)
    statements = [pair for _ in range(course.rounds) for pair in _statements(shown, draw)]
    for true, untrue in draw.sample(statements, min(course.statements, len(statements))):
        yield _matching(true, untrue, draw)
    asked = [q for q in questions(shown, draw) if q.kind != "absurd"]
    for kind in draw.sample(kinds := sorted({q.kind for q in asked}), min(QUESTIONS, len(kinds))):
        question = draw.choice([q for q in asked if q.kind == kind])
        yield _answer(question.question, question.answer.lower())
    for question in draw.sample(choices := [q for q in asked if q.wrong], min(CHOICES, len(choices))):
        answer, *wrong = (text.lower() for text in (question.answer, *question.wrong))
        yield _answer(_naming(question.question, answer, wrong, draw), answer)


def _of_signs(shown: SignPicture, draw: random.Random) -> Iterator[Sample]:
    width, height = shown.background.width, shown.background.height
    if not shown.signs:
        yield _caption(f"A picture without a sign {language.setting(shown.background)}")
        return
    told = [f"{a(f'{sign.colour} sign')} that says {sign.text}" for sign in shown.signs]
    yield _caption(language.capital(language.listing(told)))
    for sign in shown.signs:
        text, region = sign.text.lower(), spell(sign.text_box, width, height)
        yield _answer(f"what does the {sign.colour} sign say?", text)
        yield Sample("grounded captioning", prompts.describe_region(region), f"the {sign.kind} {text}")
        yield Sample("grounding", prompts.ground(f"the {sign.kind} {text}"), region)
        if len(shown.signs) > 1:
            yield _answer(f"what color is the sign that says {text}?", sign.colour)
    yield _answer("how many signs are there?", NUMBERS[len(shown.signs)])


def _caption(text: str) -> Sample:
    return Sample("captioning", prompts.caption(), text)


def _answer(question: str, answer: str) -> Sample:
    return Sample("vqa", prompts.answer(question), answer)


def _matching(true: str, untrue: str, draw: random.Random) -> Sample:
    truth = draw.random() < 0.5
    return Sample("matching", prompts.entail(true if truth else untrue), "yes" if truth else "no")


def _naming(question: str, answer: str, wrong: Sequence[str], draw: random.Random) -> str:
    """The question, and what can be answered."""
    return question.rstrip("?") + _named(answer, wrong, draw)


def _named(answer: str, wrong: Sequence[str], draw: random.Random, most: int = ANSWERS) -> str:
    """What can be answered, at most so much, to be put behind a question: ", red, blue or green?"."""
    wrong = wrong[: most - 1]
    *others, last = draw.sample((answer, *wrong), 1 + len(wrong))
    return f", {', '.join(others)} or {last}?"


def _captions(shown: Scene, draw: random.Random) -> list[str]:
    return [text.removesuffix(".") for text in language.captions(shown, draw)]


def _false_captions(shown: Scene, others: Sequence[Scene], draw: random.Random) -> list[str]:
    """Captions of other scenes, at most one of each, that name what this one does not show."""
    absent = [category for category in KINDS if category not in shown.categories]
    told = [_captions(other, draw) for other in others]
    false = [[text for text in texts if any(category in text for category in absent)] for texts in told]
    return [texts[0] for texts in false if texts]


def _regions_named(shown: Scene, draw: random.Random) -> Iterator[Sample]:
    """Two things' regions among others', and a thing's phrase among others'."""
    if len(shown.things) < 2:
        return
    for _ in range(2):
        thing, *others = draw.sample(shown.things, min(ANSWERS, len(shown.things)))
        region, *wrong = (spell(t.box, shown.width, shown.height) for t in (thing, *others))
        asked = prompts.ground(language.phrases(thing, shown, draw)[0])
        yield Sample("grounding", _naming(asked, region, wrong, draw), region)
    phrase, *wrong = (language.phrases(t, shown, draw)[0] for t in (thing, *others))
    yield Sample("grounded captioning", _naming(prompts.describe_region(region), phrase, wrong, draw), phrase)


def _hidden_middle(width: int, height: int) -> Sample:
    x0, y0, x1, y1 = MIDDLE
    return Sample(
        "image infilling", prompts.complete_picture(), None, (x0 * width, y0 * height, x1 * width, y1 * height)
    )


def _infilled(text: str, others: Sequence[str], draw: random.Random) -> Sample:
    """A text to be written whole; a part of them is named among others."""
    named = _named(text, others, draw) if others and draw.random() < NAMED else ""
    return Sample("text infilling", text, text, masked=MASKED, named=named)


def _objects(shown: Scene) -> str:
    """Every thing's region and name, from left to right: an order that can be seen."""
    things = sorted(shown.things, key=lambda thing: thing.box)
    return " ".join(f"{spell(t.box, shown.width, shown.height)} {t.category}" for t in things)


def _statements(shown: Scene, draw: random.Random) -> Iterator[tuple[str, str]]:
    """True statements about the picture, each with a false one of the same form."""
    apart = [(one, other) for one in shown.things for other in shown.things if one is not other]
    told = [(s, o, held) for s, o in apart for held in relations(shown, s, o)[:1] if held in OPPOSITE]
    if told:
        subject, object_, held = draw.choice(told)
        ends = name(subject, shown), name(object_, shown)
        yield tuple(f"the {ends[0]} is {spoken(r)} the {ends[1]}" for r in (held, OPPOSITE[held]))
    thing = draw.choice(shown.things)
    absent = draw.choice([c for c in KINDS if c not in shown.categories])
    yield f"there is {a(thing.category)}", f"there is {a(absent)}"
    if colour := _false_colour(shown, thing, draw):
        yield tuple(f"there is {a(coloured(thing.category, c))}" for c in (thing.colour, colour))
    if thing.category not in {crowd.category for crowd in shown.crowds}:
        number = len(shown.of(thing.category))
        other = draw.choice([n for n in (1, 2, 3, 4) if n != number])
        yield tuple(f"the number of {plural(thing.category)} is {NUMBERS[n]}" for n in (number, other))


def _false_colour(shown: Scene, thing: Thing, draw: random.Random) -> str | None:
    """A colour that nothing of the thing's category has."""
    seen = {t.colour for t in shown.of(thing.category)} | {c.colour for c in shown.crowds}
    others = [colour for colour in KINDS[thing.category].colours if colour not in seen]
    return draw.choice(others) if others else None


def text_samples(seed: int, count: int) -> Iterator[Sample]:
    """Text infilling of inputs and outputs of NATURAL INSTRUCTIONS' training tasks; their definitions do not occur."""
    tasks = [task for task in TASKS if task.split == "train" and task.output_language == "English"]
    draw = random.Random(keyed_number("pretraining texts", seed))
    for task in tasks:
        texts = [f"{text} {outputs[0]}" for text, outputs in draw_pairs(seed, task, count // len(tasks))]
        for text in texts:
            others = draw.sample(texts, min(ANSWERS, len(texts)))
            yield _infilled(text, [other for other in others if other != text], draw)


def _string(words: Sequence[str], fewest: int, most: int, regions: float, draw: random.Random) -> str:
    """A text of random words, so many; or, in that share, a random region."""
    if draw.random() < regions:
        return " ".join(f"<bin_{draw.randrange(BINS)}>" for _ in range(4))
    return " ".join(draw.choices(words, k=draw.randint(fewest, most)))


def strings(seed: int, words: Sequence[str]) -> Iterator[Sample]:
    """Without end: texts of random words, and random regions. Nothing in them can be guessed: they have to be copied.

    Some are to be copied as they are, most from among others, of which one is told by what its masks leave of it. A
    model of this size learns to copy from these in minutes, and from captions, which can be guessed, not in an hour.
    """
    draw = random.Random(keyed_number("pretraining strings", seed))
    while True:
        if draw.random() < NAMED_STRINGS:
            several = range(draw.randint(2, ANSWERS))
            text, *others = (_string(words, 2, OPTION_WORDS, OF_REGIONS, draw) for _ in several)
            yield Sample("text infilling", text, text, masked=MASKED_STRINGS, named=_named(text, others, draw))
        else:
            text = _string(words, 2, WORDS, OF_REGIONS, draw)
            yield Sample("text infilling", prompts.complete_text(text), text)


def begun_strings(seed: int, words: Sequence[str]) -> Iterator[Sample]:
    """Without end: texts of random words, and random regions, to be picked from among others, most by how they begin.

    What is not guessed has to be found in the source by what was written last: what picking an option takes, and what
    `strings`, where much can be copied place by place, hardly teaches. A few begin alike or are left whole.
    """
    draw = random.Random(keyed_number("pretraining begun strings", seed))
    while True:
        several = range(draw.randint(2, BEGUN_NAMED))
        text, *wrong = (_string(words, 1, BEGUN_WORDS, BEGUN_REGIONS, draw) for _ in several)
        how = {"begun": draw.randint(1, 2)} if draw.random() < BEGUN else {"masked": MASKED_BEGUN}
        yield Sample("text infilling", text, text, **how, named=_named(text, wrong, draw, most=BEGUN_NAMED))


def infilling(ids: Sequence[int], mask: int, draw: random.Random, share: float = MASKED) -> list[int]:
    """A text's ids, runs of which are replaced by one mask each until that share is hidden; at least one run."""
    left, hidden = list(ids), 0
    while hidden < max(1, share * len(ids)):
        run = draw.randint(1, LONGEST_RUN)
        start = draw.randrange(max(1, len(left) - run + 1))
        hidden += sum(i != mask for i in left[start : start + run])
        left[start : start + run] = [mask]
    return left


def source_ids(sample: Sample, text: TextTokenizer, draw: random.Random) -> list[int]:
    """The ids of a sample's source, with its masks where it has some."""
    if not sample.hides:
        return text.encode(sample.source)
    before, after = prompts.complete_text("\n").split("\n")
    ids, mask = text.encode(sample.source), text.vocabulary.mask
    hidden = [*ids[: sample.begun], mask] if sample.begun else infilling(ids, mask, draw, sample.masked)
    after = after.rstrip("?") + sample.named if sample.named else after
    return [*text.encode(before), *hidden, *text.encode(after)]
