"""Every dataset has its part of the miniature world, built from one seed and one table of sizes."""

import pytest

from tests.conftest import load_config
from workflow_scripts.datasets.registry import dataset_ids, load_dataset
from workflow_scripts.miniature.build import write, writer


@pytest.mark.parametrize("dataset", dataset_ids())
def test_official_archives_and_the_same_bytes_twice(dataset, tmp_path):
    sizes = {name: min(size, 6) for name, size in load_config("smoke.yaml")["miniature"].items()}
    worlds = []
    for name in ("a", "b"):
        write(dataset, 1, sizes, tmp_path / name)
        worlds.append(
            {
                p.relative_to(tmp_path / name).as_posix(): p.read_bytes()
                for p in (tmp_path / name).rglob("*")
                if p.is_file()
            }
        )
    assert worlds[0] == worlds[1]
    assert set(worlds[0]) == {file.name for file in load_dataset(dataset).files}
    assert set(writer(dataset).DEPENDS_ON) <= set(sizes)
