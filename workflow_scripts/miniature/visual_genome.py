"""Visual Genome in miniature: pictures in two folders, regions with phrases, questions, relationships."""

import random
from collections.abc import Iterator, Mapping
from pathlib import Path

from workflow_scripts.miniature import language, questions, relations
from workflow_scripts.miniature.archives import json_bytes, write_zip
from workflow_scripts.miniature.kinds import PLACES, SKIES, WALL
from workflow_scripts.miniature.mscoco import jpeg
from workflow_scripts.miniature.scenes import Scene, Thing, within
from workflow_scripts.miniature.universes import FLICKR_IDS, HIGH_IDS, Picture, coco_flickr_id, visual_genome_pictures
from workflow_scripts.randomness import keyed_number
from workflow_scripts.regions import Region

DEPENDS_ON = ("visual_genome", "mscoco_train", "mscoco_val")  # sizes of config.miniature
SITE = "https://miniature.invalid/people/drawn"
FOLDERS = ("VG_100K", "VG_100K_2")
IDS_PER_IMAGE = 100
QUESTIONS = 7  # a picture, at most
PAIRS = 3  # regions around two related things, a picture
KINDS_ASKED = {
    *("color", "counting", "object_recognition", "positional_reasoning", "scene_recognition", "attribute", "where"),
    *("activity_recognition", "sentiment_understanding", "when", "who", "why", "ground", "reading"),
}
BROKEN_INDEX = 57  # the picture with one region of no height


def write(seed: int, sizes: Mapping[str, int], folder: Path) -> None:
    """Write images.zip, images2.zip and four annotation archives; sizes: visual_genome, and COCO's for shared ids."""
    images: dict[str, list[tuple[str, bytes]]] = {name: [] for name in FOLDERS}
    files: dict[str, list[dict]] = {
        name: [] for name in ("image_data", "region_descriptions", "question_answers", "relationships")
    }
    for index, picture in enumerate(visual_genome_pictures(seed, sizes)):
        image_id, name = picture.image_id, FOLDERS[index // 2 % 2]
        images[name].append((f"{name}/{image_id}.jpg", jpeg(picture.scene)))
        draw = random.Random(keyed_number("miniature visual genome", seed, image_id))
        regions = _regions(picture, draw)
        if index == BROKEN_INDEX and regions:
            regions[-1]["height"] = 0
        files["image_data"].append(_image(picture, name))
        files["region_descriptions"].append({"regions": regions, "id": image_id})
        files["question_answers"].append({"id": image_id, "qas": _questions(picture, draw)})
        files["relationships"].append({"relationships": _relationships(picture, draw), "image_id": image_id})
    write_zip(folder / "images.zip", images["VG_100K"])
    write_zip(folder / "images2.zip", images["VG_100K_2"])
    for name, content in files.items():
        write_zip(folder / f"{name}.json.zip", [(f"{name}.json", json_bytes(content))])


def _image(picture: Picture, folder: str) -> dict:
    return {
        "width": picture.scene.width,
        "url": f"{SITE}/{folder}/{picture.image_id}.jpg",
        "height": picture.scene.height,
        "image_id": picture.image_id,
        "coco_id": picture.coco_id,
        "flickr_id": _flickr_id(picture),
    }


def _flickr_id(picture: Picture) -> int | None:
    """Of those with low ids nothing is known."""
    if picture.coco_id is not None:
        return coco_flickr_id(picture.coco_id)
    return None if picture.image_id < HIGH_IDS else FLICKR_IDS["visual_genome"] + picture.image_id


def _corner_and_size(box: Region, draw: random.Random | None = None) -> tuple[int, int, int, int]:
    """x, y, width, height in whole pixels; near the left or top edge some annotators begin at -1."""
    x0, y0, x1, y1 = (round(value) for value in box)
    if draw is not None and draw.random() < 0.25:
        x0, y0 = (-1 if value <= 1 else value for value in (x0, y0))
    return x0, y0, x1 - x0, y1 - y0


def _regions(picture: Picture, draw: random.Random) -> list[dict]:
    """Regions with phrases; the same box may come twice, with different phrases."""
    if not picture.scene.things:
        return []
    found = []
    for number, (phrase, box) in enumerate(_phrases(picture.scene, draw)):
        x, y, width, height = _corner_and_size(box, draw)
        region = {"region_id": picture.image_id * IDS_PER_IMAGE + number, "width": width, "height": height}
        found.append({**region, "image_id": picture.image_id, "phrase": _untidy(phrase, draw), "y": y, "x": x})
    return draw.sample(found, len(found))


def _phrases(scene: Scene, draw: random.Random) -> Iterator[tuple[str, Region]]:
    for thing in scene.things:
        for phrase in language.phrases(thing, scene, draw)[: draw.choice((1, 1, 2))]:
            yield phrase, thing.box
        part, who = thing.kind.part, language.name(thing, scene)
        if part and thing.size == "large" and draw.random() < 0.5:
            yield f"{part.name} of the {who}", within(thing.box, part.box)
        if thing.word and thing.size == "large":
            yield f"the word {thing.word} on the {who}", thing.word_box
    pairs = [(s, o) for s in scene.things for o in scene.things if s is not o and relations.relations(scene, s, o)]
    for subject, object_ in draw.sample(pairs, min(PAIRS, len(pairs))):
        relation = language.spoken(relations.relations(scene, subject, object_)[0])
        first, second = language.name(subject, scene), language.name(object_, scene)
        a, b = subject.box, object_.box
        union = (min(a[0], b[0]), min(a[1], b[1]), max(a[2], b[2]), max(a[3], b[3]))
        yield f"the {first} {relation} the {second}", union
    yield PLACES[scene.place].ground_phrase, scene.ground_box
    yield _upper_phrase(scene), scene.upper_box


def _upper_phrase(scene: Scene) -> str:
    return SKIES[scene.sky].phrase if scene.sky else WALL[scene.place][1]


def _untidy(phrase: str, draw: random.Random) -> str:
    """As annotators type: now and then a capital, a period or a stray blank."""
    kind = draw.random()
    if kind < 0.12:
        return language.capital(phrase)
    if kind < 0.18:
        return language.capital(phrase) + "."
    return phrase + " " if kind < 0.22 else phrase


def _questions(picture: Picture, draw: random.Random) -> list[dict]:
    if not picture.scene.things:
        return []
    usable = [
        q
        for q in questions.questions(picture.scene, draw)
        if q.kind in KINDS_ASKED and q.answer not in ("yes", "no") and not q.question.startswith("Is ")
    ]
    found = []
    for number, q in enumerate(draw.sample(usable, min(QUESTIONS, len(usable)))):
        answer = language.capital(q.answer) + ("" if draw.random() < 0.05 else ".")
        qa_id = picture.image_id * IDS_PER_IMAGE + number
        qa = {"a_objects": [], "question": q.question, "image_id": picture.image_id, "qa_id": qa_id}
        found.append({**qa, "answer": answer, "q_objects": []})
    return found


def _relationships(picture: Picture, draw: random.Random) -> list[dict]:
    first = picture.image_id * IDS_PER_IMAGE
    scene = picture.scene
    if not scene.things:
        return []
    ids = {thing: first + number for number, thing in enumerate(scene.things)}
    ground = {"object_id": first + 90, "box": scene.ground_box, "names": [PLACES[scene.place].ground]}
    upper = {"object_id": first + 91, "box": scene.upper_box, "names": ["sky" if scene.sky else "wall"]}
    if scene.place == "street":
        ground["names"].append("street")
    found = []
    for subject, predicate, object_ in _related(scene, draw):
        ends = []
        for number, end in enumerate((subject, object_)):
            if isinstance(end, Thing):
                end = {"object_id": ids[end], "box": end.box, "names": [end.category]}
            elif end == "part":
                part = subject.kind.part
                box = within(subject.box, part.box)
                end = {"object_id": ids[subject] + 40, "box": box, "names": [part.name]}
            else:
                end = ground if end == "ground" else upper
            ends.append(_object(end, draw, named=number == 0))
        relationship = {"predicate": _cased(predicate, draw), "object": ends[1]}
        relationship |= {"relationship_id": first + len(found), "synsets": [], "subject": ends[0]}
        found.append(relationship)
    return found


def _related(scene: Scene, draw: random.Random) -> Iterator[tuple[Thing | str, str, Thing | str]]:
    """(subject, predicate, object): things, or "part" of the subject, "ground" and "upper" (sky or wall)."""
    for a in scene.things:
        for b in scene.things:
            if a is not b and (held := relations.relations(scene, a, b)) and draw.random() < 0.7:
                relation = draw.choice(held)
                yield a, language.spoken(relation) if draw.random() < 0.3 else relation, b
        if relations.on_ground(scene, a) and draw.random() < 0.6:
            yield a, "on", "ground"
        if relations.before_sky(scene, a):
            yield a, "in" if scene.sky else "in front of", "upper"
        if a.kind.part and a.size != "tiny" and draw.random() < 0.6:
            yield a, a.kind.part.predicate, "part"
    yield "upper", "above", "ground"


def _object(end: dict, draw: random.Random, *, named: bool) -> dict:
    """One end of a relationship: "name" or "names", with or without the optional keys."""
    x, y, width, height = _corner_and_size(end["box"])
    found = {"h": height, "object_id": end["object_id"]}
    if draw.random() < 0.3:
        found["merged_object_ids"] = []
    if draw.random() < 0.9:
        found["synsets"] = [f"{end['names'][0].replace(' ', '_')}.n.01"]
    found |= {"w": width, "y": y, "x": x}
    if named and len(end["names"]) == 1 and draw.random() < 0.6:
        return {**found, "name": end["names"][0]}
    return {**found, "names": end["names"]}


def _cased(predicate: str, draw: random.Random) -> str:
    kind = draw.random()
    if predicate == "wearing" and kind < 0.3:
        return "wearing a"
    return predicate.upper() if kind > 0.92 else predicate
