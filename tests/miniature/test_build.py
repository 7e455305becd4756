"""The whole world is built from one seed and one table of sizes."""

from workflow_scripts.miniature.build import DATASETS, build

SIZES = {"mscoco_train": 4, "mscoco_val": 2, "visual_genome": 4, "visual7w": 5, "tdiuc": 2}


def test_build_writes_every_dataset_the_same_twice(tmp_path):
    sizes = {**SIZES, "nlvr": 4, "natural_instructions": 4}
    worlds = []
    for name in ("a", "b"):
        build(1, sizes, tmp_path / name)
        files = sorted(p for p in (tmp_path / name).rglob("*") if p.is_file())
        worlds.append({str(p.relative_to(tmp_path / name)): p.read_bytes() for p in files})
    assert worlds[0] == worlds[1]
    assert {path.split("/")[0] for path in worlds[0]} == set(DATASETS)
