"""Nothing that unseen tasks are evaluated on is trained on; looked for without the code that keeps them apart."""

import hashlib
import re
from collections import defaultdict

import numpy as np

from workflow_scripts import schemas
from workflow_scripts.pictures import locate, open_picture, roots
from workflow_scripts.separation.leakage import ANY, counted


def rows(separated, task, split: str) -> list[dict]:
    return list(schemas.read(separated.table("instances", task, split), schemas.INSTANCES))


def trained_on(separated):
    """(task, split, instance rows that have examples)."""
    for task in separated.tasks.values():
        for split in () if task.role == "eval" else task.splits:
            kept = set(schemas.column(separated.table("examples", task, split), "instance_id"))
            yield task, split, [row for row in rows(separated, task, split) if row["instance_id"] in kept]


def same_pixels(images: set[str], world) -> dict[str, str]:
    """Picture -> digest of its pixels."""
    places = roots([world.manifest(dataset) for dataset in world.plan.datasets])
    return {i: hashlib.sha256(np.asarray(open_picture(locate(i, places)).convert("RGB"))).hexdigest() for i in images}


def unseen_pictures(separated) -> set[str]:
    tasks = [task for task in separated.tasks.values() if task.role == "eval"]
    return {row["image"] for task in tasks for row in rows(separated, task, "test")} - {None}


def test_no_picture_of_an_unseen_task_is_trained_on_as_its_pixels_tell(separated, world):
    unseen = set(same_pixels(unseen_pictures(separated), world).values())
    before, after = set(), set()
    for task, split, kept in trained_on(separated):
        everything = {row["image"] for row in rows(separated, task, split)} - {None}
        digests = same_pixels(everything, world)
        before |= {image for image in everything if digests[image] in unseen}
        after |= {row["image"] for row in kept if row["image"] and digests[row["image"]] in unseen}
    assert len({image.split("/")[0] for image in before}) == 2  # MS COCO's, and Visual Genome's under other names
    assert after == set()


def test_no_photograph_of_an_unseen_task_is_trained_on_as_its_number_tells(separated, world):
    numbers = {int(n) for i in unseen_pictures(separated) for n in re.findall(r"^mscoco/.*_0*(\d+)\.jpg$", i)}
    assert numbers
    links = defaultdict(set)
    for split in world.plan.splits("visual_genome"):
        table = schemas.columns(world.records("visual_genome", split), ["image", "coco_id"]).to_pylist()
        for row in table:
            links[row["image"]].add(row["coco_id"])
    for task, split, kept in trained_on(separated):
        for row in kept:
            image = row["image"] or ""
            own = {int(n) for n in re.findall(r"^mscoco/.*_0*(\d+)\.jpg$", image)} | links.get(image, set())
            assert not own & numbers, (task.id, split, image)


def test_what_is_left_out_makes_room_for_others(separated):
    """Except where a split has no more instances to give."""
    full = 0
    for task, split, kept in trained_on(separated):
        made = rows(separated, task, split)
        most = {"train": 12, "validation": 4}[split]
        assert len(kept) <= most
        assert [row["instance_id"] for row in made if row in kept] == [row["instance_id"] for row in kept]
        full += len(kept) == most
        if len(made) == 2 * most:
            assert len(kept) >= most / 2
    assert full > 80


def test_counts_are_told_before_and_after(separated):
    tables = [
        (separated.table("instances", task, split), separated.table("examples", task, split))
        for task, split, _ in trained_on(separated)
    ]
    found = counted(tables, separated.held_out, separated.fingerprints)
    totals = {row["task"]: row for row in found if row["unseen_task"] == ANY}
    assert totals.keys() == {task.id for task in separated.tasks.values() if task.role != "eval"}
    assert sum(row["before"] for row in totals.values()) > 20
    assert [row for row in found if row["after"]] == []
    assert {(row["unseen_task"], row["reason"]) for row in found} >= {("visual_spatial_reasoning", "id")}
    unkept = [(instances, instances.with_name("all.parquet")) for instances, _ in tables[:1]]
    everything = [dict.fromkeys(schemas.EXAMPLES.names) | shown(row) for row in rows(separated, *first(separated))]
    schemas.write(everything, schemas.EXAMPLES, unkept[0][1])
    again = counted(unkept, separated.held_out, separated.fingerprints)
    assert all(row["before"] == row["after"] for row in again)


def first(separated):
    task, split, _ = next(trained_on(separated))
    return task, split


def shown(row: dict) -> dict:
    kept = {name: row[name] for name in ("instance_id", "image", "target_image", "width", "height")}
    return kept | {"instruction": 0, "prompt": "p", "references": [], "options": []}
