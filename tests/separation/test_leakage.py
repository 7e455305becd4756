"""The table of what was in common, before and after."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from workflow_scripts import schemas
from workflow_scripts.separation.fingerprints import read
from workflow_scripts.separation.held_out import held_out
from workflow_scripts.stages import expand, leakage

TEXT = "The cat is to the left of a dog and a bowl."
IDS = {"a": ["coco:1"], "b": ["coco:2"], "copy of b": ["vg:7"], "link": ["vg:7", "coco:2"], "c": ["coco:3"], "d": []}
EMPTY = {"regions", "region_names", "options", "option_regions", "target_regions", "references"}


def instance(name: str, image: str | None = None, text: str = "What is it?", **others) -> dict:
    row = {column: [] if column in EMPTY else None for column in schemas.INSTANCES.names}
    return row | {"instance_id": name, "image": image, "text": text, "target": "x", **others}


UNSEEN = {"quiz": [instance("q1", "a"), instance("q2", "copy of b")], "riddle": [instance("r1", "a", TEXT)]}
TO_TRAIN_ON = {
    "captions": [instance(f"c{i}", image) for i, image in enumerate(("a", "b", "c", "d", "c"))],
    "claims": [instance("t1", "c", TEXT.lower()), instance("t2", target_image="a"), instance("t3", "a", TEXT)],
    "writing": [instance("w1")],
}


@dataclass(frozen=True)
class Run:
    folder: Path

    @property
    def held_out(self) -> Path:
        return self.folder / "held_out.parquet"

    @property
    def fingerprints(self) -> Path:
        return self.folder / "fingerprints.parquet"

    def tables(self, name: str) -> list[Path]:
        return [self.folder / name / task / "train.parquet" for task in TO_TRAIN_ON]

    def expand(self, *, most: int = 10, separated: bool = True) -> None:
        for instances, examples in zip(self.tables("instances"), self.tables("examples")):
            expand.main(
                templates=["<TEXT>", "So: <TEXT>"], scale=1.0, max_instances=[most], instances=[instances],
                held_out=[self.held_out] if separated else [], fingerprints=[self.fingerprints], out=[examples],
            )  # fmt: skip

    def leakage(self) -> list[str]:
        """The table's lines."""
        out = self.folder / "leakage.csv"
        leakage.main(
            instances=self.tables("instances"), examples=self.tables("examples"), held_out=self.held_out,
            fingerprints=[self.fingerprints], out=out,
        )  # fmt: skip
        return out.read_text().splitlines()


@pytest.fixture
def run(tmp_path) -> Run:
    made = Run(tmp_path)
    known = [{"image": image, "ids": ids, "hash": None} for image, ids in IDS.items()]
    schemas.write(known, schemas.FINGERPRINTS, made.fingerprints)
    schemas.write(held_out(UNSEEN.items(), read([made.fingerprints])), schemas.HELD_OUT, made.held_out)
    for rows, path in zip(TO_TRAIN_ON.values(), made.tables("instances")):
        schemas.write(rows, schemas.INSTANCES, path)
    return made


def test_before_and_after(run):
    run.expand()
    assert run.leakage() == [
        "task,unseen_task,reason,before,after",
        "captions,quiz,id,2,0",
        "captions,riddle,id,1,0",
        "captions,any,any,2,0",
        "claims,quiz,id,2,0",
        "claims,riddle,id,2,0",
        "claims,riddle,text,2,0",
        "claims,any,any,3,0",
        "writing,any,any,0,0",
    ]


def test_what_was_not_left_out_is_told(run):
    run.expand(separated=False)
    assert run.leakage()[1:4] == ["captions,quiz,id,2,2", "captions,riddle,id,1,1", "captions,any,any,2,2"]


def test_later_instances_take_the_places(run):
    run.expand(most=2)
    assert schemas.column(run.tables("examples")[0], "instance_id") == ["c2", "c2", "c3", "c3"]
