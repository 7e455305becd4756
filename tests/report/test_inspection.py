"""Examples as the model sees them."""

import re
import subprocess
import sys

import pytest

from tests.conftest import PROJECT
from workflow_scripts import schemas
from workflow_scripts.errors import BadInput
from workflow_scripts.models.vqgan import VQGAN, VQGANConfig
from workflow_scripts.report import inspection
from workflow_scripts.stages import derive, expand, tokenise
from workflow_scripts.tasks.registry import load_task
from workflow_scripts.tokens.bpe import FILES, train


@pytest.fixture(scope="module")
def results(world, tmp_path_factory):
    """A folder of results with the shards of a few tasks, whose longest prompts are cut."""
    folder = tmp_path_factory.mktemp("results")
    (folder / "raw").symlink_to(world.folder / "raw")
    train(["find the region that fits the words"], symbols=300, folder=folder / "tokenizer")
    VQGAN(VQGANConfig(image_size=32, codes=32, ch=32)).save(folder / "vqgan")
    for name in ("visual_grounding", "object_matching", "image_infilling"):
        task = load_task(name)
        paths = {t: [folder / t / name / "train.parquet"] for t in ("instances", "examples")}
        derive.main(
            task=name, seed=0, max_instances=[6], max_per_picture=2, scale=1.0,
            records=[world.records(dataset, "train") for dataset in task.datasets], out=paths["instances"],
        )  # fmt: skip
        expand.main(
            templates=world.plan.templates(name), scale=1.0, max_instances=[6],
            instances=paths["instances"], out=paths["examples"],
        )  # fmt: skip
        tokenise.main(
            max_source=60, max_target=60, instances_per_shard=4, shards=[2], examples=paths["examples"],
            tokenizer=[folder / "tokenizer" / file for file in FILES],
            vqgan=[folder / "vqgan/config.json", folder / "vqgan/model.safetensors"] if task.output == "image" else [],
            manifests=sorted(folder.glob("raw/*/manifest.json")),
            out=[folder / f"shards/{name}/train-0000{n}-of-00002.parquet" for n in (0, 1)],
        )  # fmt: skip
    return folder


def test_examples_are_the_instances_under_their_instructions_in_turn(results):
    found = list(inspection.examples(load_task("visual_grounding"), "train", results))
    assert [e.instruction for e in found] == [0, 1, 2, 3, 4, 0]
    rows = schemas.read(results / "examples/visual_grounding/train.parquet", schemas.EXAMPLES)
    prompts = {(row["instance_id"], row["instruction"]): row for row in rows}
    for example in found:
        row = prompts[example.instance["instance_id"], example.instruction]
        assert row["prompt"].startswith(example.source)
        assert example.target == row["target"]
        assert row["target"] in str(example)
        assert "right, too" not in str(example)


def test_what_is_cut_is_told_and_not_shown(results):
    cut = [e for e in inspection.examples(load_task("object_matching"), "train", results) if e.truncated]
    assert cut
    assert all(e.source_tokens <= 58 and "of its texts were cut" in str(e) for e in cut)


def test_codes_are_shortened(results):
    [first, *_] = inspection.examples(load_task("image_infilling"), "train", results)
    assert re.search(r"target, 16 tokens: (<code_\d+> ){12}\.\.\.", str(first))
    assert "blacked out in part" in str(first)


def test_page_shows_pictures_boxes_and_masks(results):
    for name, boxes in (("object_matching", "region 2"), ("image_infilling", "right answer")):
        task = load_task(name)
        found = list(inspection.examples(task, "train", results))[:2]
        page = inspection.page(task, "train", found, results)
        assert page.count('<article class="item"') == 2
        assert page.count("data:image/jpeg;base64,") == (2 if name == "object_matching" else 4)
        assert boxes in page


def test_command_line(results, tmp_path):
    command = [sys.executable, "-m", "workflow_scripts.report.inspection", "visual_grounding", "-n", "2"]
    command += ["--results", str(results), "--html", str(tmp_path / "page.html")]
    said = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True).stdout
    assert said.count("instruction ") == 2
    assert (tmp_path / "page.html").stat().st_size > 5000


def test_task_that_was_not_made_yet(results):
    with pytest.raises(BadInput, match="counting has no shards of split train"):
        next(inspection.examples(load_task("counting"), "train", results))
