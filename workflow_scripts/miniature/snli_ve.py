"""SNLI-VE in miniature: captioned pictures, and sentences that follow from them, contradict them or go beyond them."""

import random
from collections.abc import Iterator, Mapping
from functools import reduce
from pathlib import Path

from workflow_scripts.files import write_text
from workflow_scripts.miniature import language
from workflow_scripts.miniature.archives import json_lines, write_tar, write_zip
from workflow_scripts.miniature.kinds import KINDS, MOODS, PLACES, POSES
from workflow_scripts.miniature.language import NUMBERS, a, capital, plural
from workflow_scripts.miniature.mscoco import jpeg
from workflow_scripts.miniature.scenes import Scene, scene_with_things
from workflow_scripts.randomness import keyed_number

DEPENDS_ON = ("snli_ve",)  # sizes of config.miniature
CAPTIONS = 2  # of a picture that sentences are written to
FIRST_ID, ID_STEP = 1_007_129, 2_016_011  # of pictures
TRAIN_EVERY = 5  # every fifth picture is in the list of train and dev
PARTS = {"train": 8, "dev": 1, "test": 1}  # of SNLI -> how often a picture is of it, whatever list it is in
PEOPLE, ALONE = 5, 0.9  # who judge a pair; share of the pairs of SNLI's train that their author judged alone
UNDECIDED = 0.1  # share of the others on which no three agree
STRANGERS = 3  # pairs about pictures of Visual Genome that SNLI has, too

LABELS = ("entailment", "neutral", "contradiction")
# What no picture tells of a person, and of anything else
OF_PEOPLE = ("is waiting for a friend", "had breakfast early", "lives nearby", "works as a teacher")
OF_THINGS = ("was bought yesterday", "belongs to a teacher", "will be sold tomorrow", "was brought by bus")


def write(seed: int, sizes: Mapping[str, int], folder: Path) -> None:
    """Write the two lists, snli_1.0.zip and flickr30k_images.tar.gz; sizes: snli_ve, the number of pictures."""
    lists, pairs, pictures = {"train_val": [], "test": []}, {part: [] for part in PARTS}, []
    for index in range(sizes["snli_ve"]):
        image_id, shown = FIRST_ID + ID_STEP * index, scene_with_things(seed, "flickr30k", index)
        draw = random.Random(keyed_number("miniature snli_ve", seed, image_id))
        [part] = draw.choices(list(PARTS), list(PARTS.values()))
        lists["train_val" if index % TRAIN_EVERY == 0 else "test"].append(str(image_id))
        pairs[part] += _pairs(f"{image_id}.jpg", shown, part, draw)
        pictures.append((f"flickr30k_images/{image_id}.jpg", jpeg(shown)))
    for number in range(STRANGERS):
        shown = scene_with_things(seed, "snli_ve stranger", number)
        draw = random.Random(keyed_number("miniature snli_ve stranger", seed, number))
        pairs["train"] += _pairs(f"vg_verb_{number}", shown, "train", draw)
    for name, ids in lists.items():
        write_text(folder / f"flickr30k_{name}.lst", "\n".join(ids))
    members = [(f"snli_1.0/snli_1.0_{part}.jsonl", json_lines(found)) for part, found in pairs.items()]
    write_zip(folder / "snli_1.0.zip", members)
    write_tar(folder / "flickr30k_images.tar.gz", pictures)


def _pairs(name: str, shown: Scene, part: str, draw: random.Random) -> Iterator[dict]:
    """To each caption one sentence of every label; what is true to one is not made false to another.

    Of the true and the false one, either is about what the picture shows and the other about what no picture tells, so
    that the wording does not give the label away.
    """
    truths = draw.sample(found := list(_truths(shown, draw)), len(found))
    absent = draw.sample([c for c in KINDS if c not in shown.categories], CAPTIONS)
    for number, caption in enumerate(language.captions(shown, draw)[:CAPTIONS]):
        (entailed, _), (_, contradicted) = draw.sample((truths[number], _untold(absent[number], draw)), 2)
        neutral = draw.choice(_untold(draw.choice(shown.categories), draw))
        sentences = {"entailment": entailed, "neutral": neutral, "contradiction": contradicted}
        for label, sentence in sentences.items():
            gold, judged = _judged(label, part, draw)
            yield {
                "annotator_labels": judged,
                "captionID": f"{name}#{number}",
                "gold_label": gold,
                "pairID": f"{name}#{number}r1{label[0]}",
                **_parsed("sentence1", caption),
                **_parsed("sentence2", sentence),
            }


def _untold(category: str, draw: random.Random) -> tuple[str, str]:
    """Two sentences, open where there is something of the category; else the first is true, the second false."""
    said = draw.choice(OF_PEOPLE if category == "person" else OF_THINGS)
    return f"No {category} here {said}.", f"{capital(a(category))} here {said}."


def _judged(label: str, part: str, draw: random.Random) -> tuple[str, list[str]]:
    """(gold label, what people said). If no three of them agree, the gold label is a dash."""
    if part == "train" and draw.random() < ALONE:
        return label, [label]
    one, other = draw.sample([other for other in LABELS if other != label], 2)
    if draw.random() < UNDECIDED:
        return "-", [label, label, one, one, other]
    return label, [label] * PEOPLE if draw.random() < 0.5 else [*[label] * (PEOPLE - 1), one]


def _parsed(key: str, sentence: str) -> dict[str, str]:
    """A sentence with parses, flat ones, since nobody reads them."""
    words = sentence.removesuffix(".").split() + ["."] * sentence.endswith(".")
    binary = reduce(lambda right, word: f"( {word} {right} )", reversed(words))
    leaves = " ".join(f"(X {word})" for word in words)
    return {key: sentence, f"{key}_binary_parse": binary, f"{key}_parse": f"(ROOT {leaves})"}


def _truths(shown: Scene, draw: random.Random) -> Iterator[tuple[str, str]]:
    """What the picture shows, and with each a sentence of the same form that it shows to be false."""
    where = "The picture was taken {}."
    unlike = [p for p in PLACES if p != shown.place and {p, shown.place} != {"beach", "desert"}]
    yield where.format(PLACES[shown.place].where), where.format(PLACES[draw.choice(unlike)].where)
    sides = ("indoors", "outdoors") if PLACES[shown.place].indoors else ("outdoors", "indoors")
    yield tuple(f"Everything here is {side}." for side in sides)
    present, absent = draw.choice(shown.categories), draw.choice([c for c in KINDS if c not in shown.categories])
    yield f"There is {a(present)} in the picture.", f"There is no {present} in the picture."
    yield f"There is no {absent} in the picture.", f"There is {a(absent)} in the picture."
    for category in dict.fromkeys(thing.category for thing in shown.things):
        yield from _about_things(shown, category, draw)


def _about_things(shown: Scene, category: str, draw: random.Random) -> Iterator[tuple[str, str]]:
    alike = shown.of(category)
    thing = draw.choice(alike)
    false_colours = [c for c in KINDS[category].colours if c not in {t.colour for t in alike}]
    if category == "person":
        false_moods = [m for m in MOODS if m not in {t.mood for t in alike}]
        if false_moods:
            yield f"Somebody looks {thing.mood}.", f"Somebody looks {draw.choice(false_moods)}."
        false_pose = draw.choice([p for p in POSES if p not in {t.pose for t in alike}])
        yield f"Somebody is {thing.pose}.", f"Somebody is {false_pose}."
    elif false_colours and all(t.pattern == "plain" for t in alike):
        colours = thing.colour, draw.choice(false_colours)
        yield tuple(capital(f"{a(f'{colour} {category}')} can be seen.") for colour in colours)
    if len(alike) > 1:
        other = draw.choice([n for n in (2, 3, 4) if n != len(alike)])
        yield tuple(f"There are {NUMBERS[n]} {plural(category)}." for n in (len(alike), other))
