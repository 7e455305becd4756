"""What a configuration takes from outside: datasets, where their files come from, released models."""

import difflib
import json
import math
from collections.abc import Callable, Iterable
from functools import cached_property
from pathlib import Path

from workflow_scripts.config import Config, unknown_key
from workflow_scripts.datasets.base import Dataset
from workflow_scripts.datasets.registry import dataset_ids, load_dataset
from workflow_scripts.errors import BadConfig
from workflow_scripts.miniature.build import writer
from workflow_scripts.models.ofa.sources import files_of
from workflow_scripts.models.released import (
    BPE,
    NANO,
    NANO_BPE,
    NANO_FILES,
    NANO_VQGAN,
    PORT,
    RELEASED,
    RELEASES,
    VQGAN,
)
from workflow_scripts.provenance import digest_of
from workflow_scripts.raw.files import File
from workflow_scripts.tasks.base import Task
from workflow_scripts.tokens.vocabulary import FILES as TOKENIZER_FILES
from workflow_scripts.training.variants import NATURAL_INSTRUCTIONS


class Sources:
    """The part of a plan that says what is brought here, from where, and which records are read of it."""

    config: Config
    tasks: dict[str, Task]  # those that are asked for

    # Datasets

    def _check_folders(self) -> None:
        """Every key of `raw` that config.yaml does not have is to be a dataset's id and its folder."""
        raw, datasets, problems = self.config.raw, dataset_ids(), []
        for name, folder in raw.folders.items():
            if name not in datasets:
                problems.append(unknown_key(f"raw.{name}", sorted([*type(raw).model_fields, *datasets])))
            elif not isinstance(folder, str) or not Path(folder).is_dir():
                problems.append(f"raw.{name} is {folder!r}, which is no folder")
        if raw.root is not None and not Path(raw.root).is_dir():
            problems.append(f"raw.root is {raw.root!r}, which is no folder")
        if self.mirror_folder is not None and not self.miniature and not self.mirror_folder.is_dir():
            meant = difflib.get_close_matches(raw.mirror, ("miniature", "official"), n=1)
            hint = f"; did you mean {meant[0]}?" if meant else ""
            problems.append(f"raw.mirror is {raw.mirror!r}, which is no folder{hint}")
        if problems:
            raise BadConfig("\n".join(problems), fix="other keys of raw are ids of datasets, used where they lie")

    def _check_contents(self) -> None:
        """What is used in place has to hold the annotation files, and what names its pictures has to be as real.

        Snakemake would take what an earlier run made of other files, and say nothing.
        """
        problems = []
        for dataset, declared in self.datasets.items():
            if (folder := self.in_place(dataset)) is not None and self.splits(dataset):
                files = self._annotations_in_place[dataset]
                missing = [file for file in files if not (Path(folder) / file).is_file()]
                if missing or not files:
                    what = (
                        f"{missing[0]} ({len(missing)} of {len(files)} files)" if missing else declared.annotations[0]
                    )
                    problems.append(f"{dataset} is used in {folder}, where there is no {what}")
            elif folder is None and self.miniature:
                real = [d for d in self._needs(dataset) if self.in_place(d) is not None]
                if real:
                    lacks = "whose pictures or records it names"
                    problems.append(f"{dataset} is of the miniature world, but not {', '.join(real)}, {lacks}")
        if problems:
            fix = (
                "name the folder that holds what the archive unpacks; datasets.<id>.splits names other splits, "
                "raw.datasets: needed leaves out what no task needs, raw.mirror: official draws no pictures"
            )
            raise BadConfig("\n".join(problems), fix=fix)

    @staticmethod
    def _needs(dataset: str) -> list[str]:
        declared = load_dataset(dataset)
        return list(dict.fromkeys([dataset, *declared.pictures_of, *declared.records_of]))

    def _is_present(self, dataset: str) -> bool:
        folder = self.in_place(dataset)
        return folder is None or Path(folder).is_dir()

    def in_place(self, dataset: str) -> str | None:
        """The folder in which a dataset is used as it lies there; None: it is downloaded."""
        raw = self.config.raw
        if dataset in raw.folders:
            return raw.folders[dataset]
        return None if raw.root is None else str(Path(raw.root) / load_dataset(dataset).folder)

    @cached_property
    def _annotations_in_place(self) -> dict[str, list[str]]:
        """The annotation files of each dataset that is used in place, searched for once: there may be thousands."""
        return {
            dataset: declared.annotation_files(self.native_splits(dataset), Path(folder))
            for dataset, declared in self.datasets.items()
            if (folder := self.in_place(dataset)) is not None
        }

    @cached_property
    def datasets(self) -> dict[str, Dataset]:
        """Every dataset that is fetched and read, by id: those that some task needs, or all that there are."""
        ids = {d for task in self.tasks.values() for own in task.datasets for d in self._needs(own)}
        if self.config.raw.datasets == "all":
            ids |= {d for d in dataset_ids() if all(map(self._is_present, self._needs(d)))}
        return {d: load_dataset(d) for d in sorted(ids)}

    def splits(self, dataset: str) -> dict[str, str]:
        """Our splits that some task needs (all, where none does and raw.datasets is all) -> the dataset's names."""
        declared = dict(self.datasets[dataset].splits)
        if dataset in self.config.datasets:
            declared |= self.config.datasets[dataset].splits
        used = {split for task in self.tasks.values() if dataset in task.datasets for split in task.splits}
        used |= {s for d, other in self.datasets.items() if dataset in other.records_of for s in self.splits(d)}
        if not used and self.config.raw.datasets == "all":
            used = set(declared)
        return {split: declared[split] for split in ("train", "validation", "test") if split in used}

    def read_options(self, dataset: str) -> str:
        """What the dataset's reader alone is told."""
        if dataset != NATURAL_INSTRUCTIONS:
            return "{}"
        chosen = self.config.natural_instructions
        return json.dumps({"seed": self.config.seed, "test_tasks": chosen.test_tasks})

    def native_splits(self, dataset: str) -> list[str]:
        return list(dict.fromkeys(self.splits(dataset).values()))

    @property
    def records(self) -> list[str]:
        return [f"results/records/{d}/{s}.parquet" for d in self.datasets for s in self.splits(d)]

    def other_records(self, dataset: str) -> list[str]:
        """Records of other datasets into which reading this one looks."""
        splits = self.splits(dataset)
        return [f"results/records/{d}/{s}.parquet" for d in self.datasets[dataset].records_of for s in splits]

    @property
    def quarantines(self) -> list[str]:
        return [path.replace(".parquet", ".quarantine.jsonl") for path in self.records]

    def corpus(self) -> list[str]:
        """Records whose texts the BPE is trained on; none where the released files are taken."""
        if self.released_tokenizer:
            return []
        chosen = [d for d in self.config.tokens.corpus if d in self.datasets and "train" in self.splits(d)]
        if not chosen:
            raise BadConfig("tokens.corpus names no dataset that is trained on", fix="name one, or give tokens.files")
        return [f"results/records/{d}/train.parquet" for d in chosen]

    # Their files

    @property
    def miniature(self) -> bool:
        return self.config.raw.mirror == "miniature"

    @property
    def drawn(self) -> list[str]:
        """Datasets that the miniature world has to draw."""
        return [d for d in self.datasets if self.miniature and self.in_place(d) is None]

    def sizes(self, dataset: str) -> str:
        """Of the miniature world, those on which this dataset depends."""
        sizes, names = self.config.miniature.model_dump(), writer(dataset).DEPENDS_ON
        if absent := [name for name in names if name not in sizes]:
            fix = "a size of the miniature world is a key in config.yaml, configs/smoke.yaml and config.Miniature"
            raise BadConfig(f"{dataset} depends on miniature.{', '.join(absent)}, which is not there", fix=fix)
        return json.dumps({name: sizes[name] for name in names})

    @property
    def mirror(self) -> str | None:
        """What fetching puts before <dataset>/<archive>; None: the official addresses."""
        named = {"miniature": "results/mirror", "official": None}
        return named.get(self.config.raw.mirror, self.config.raw.mirror)

    @property
    def mirror_folder(self) -> Path | None:
        """The mirror, if it is a folder."""
        return None if self.mirror is None or "://" in self.mirror else Path(self.mirror)

    @property
    def _source(self) -> str:
        """Where archives come from, as part of a path."""
        mirror = self.config.raw.mirror
        return mirror if mirror in ("miniature", "official") else digest_of(mirror)

    def archives(self, dataset: str) -> list[str]:
        """The dataset's archives in a mirror that is a folder."""
        return [f"{self.mirror}/{dataset}/{file.name}" for file in self.datasets[dataset].files]

    @property
    def archive_folder(self) -> str:
        """Where fetched archives stay: each source's apart, since they bear the same names."""
        return f"results/archives/{self._source}"

    def raw_inputs(self, dataset: str) -> list[str]:
        """What the download of a dataset depends on: a local mirror's archives, or the annotations used in place.

        What a mirror lacks is not among them: fetching says so, and stops only what needs it.
        """
        folder = self.in_place(dataset)
        if folder is None:
            archives = self.archives(dataset) if self.mirror_folder is not None else []
            return [path for path in archives if self.miniature or Path(path).exists()]
        return [f"{folder}/{path}" for path in self._annotations_in_place[dataset]]

    def manifests(self, dataset: str) -> list[str]:
        """Of the dataset and of those whose pictures it names."""
        return [f"results/raw/{d}/manifest.json" for d in self._needs(dataset)]

    def manifests_of(self, tasks: list[str]) -> list[str]:
        """Of all datasets that these tasks' records or pictures are of."""
        return sorted({m for task in tasks for own in self.tasks[task].datasets for m in self.manifests(own)})

    @property
    def all_manifests(self) -> list[str]:
        return [f"results/raw/{d}/manifest.json" for d in self.datasets]

    def lock(self, dataset: str) -> str | None:
        """The file that remembers what was fetched first; none for the miniature world, which each seed draws anew."""
        return None if self.miniature else f"{self.config.raw.locks}/{self._source}/{dataset}.json"

    def declared_files(self, dataset: str) -> str:
        """Of what a dataset declares to be fetched."""
        return digest_of([file.content for file in self.datasets[dataset].files])

    def announced(self, dataset: str) -> str | None:
        """What fetching the dataset from its publishers means, for people."""
        official = self.mirror is None and self.in_place(dataset) is None
        return _announced(dataset, self.datasets[dataset].files) if official else None

    # Models that were made elsewhere

    @cached_property
    def releases(self) -> dict[str, str]:
        """Keys of the configuration that ask for a released model by a word -> its id."""
        size = self.config.model.size
        asked = {
            "model.base": {RELEASED: size, PORT: f"{size}_port"}.get(self.config.model.base),
            "tokens.files": {RELEASED: NANO_BPE if size == NANO else BPE}.get(self.config.tokens.files),
            "vqgan.files": {RELEASED: NANO_VQGAN if size == NANO else VQGAN}.get(self.config.vqgan.files),
        }
        found = {key: release for key, release in asked.items() if release is not None}
        if self.config.model.base == PORT and size == NANO:
            raise BadConfig(f"model.base is {PORT}, but {NANO} has none", fix=f"let model.base be {RELEASED}")
        if "model.base" in found and self.config.tokens.files is None:
            problem = f"model.base is {self.config.model.base}, which needs the BPE files of its release"
            raise BadConfig(f"{problem}; tokens.files is null, which trains others", fix="let tokens.files be released")
        return found

    @staticmethod
    def released(release: str) -> list[str]:
        """Where the files of a released model are fetched to."""
        return [f"results/released/{release}/{file.name}" for file in RELEASES[release].files]

    @property
    def release_mirror(self) -> str | None:
        """As `mirror`; but the miniature world has no released models, so that the official addresses are asked."""
        return None if self.miniature else self.mirror

    @property
    def _release_source(self) -> str:
        """As `_source`, for `release_mirror`."""
        return "official" if self.miniature else self._source

    def release_archives(self, release: str) -> str:
        """Where the fetched files of a released model stay."""
        return f"results/archives/{self._release_source}/{release}"

    def release_lock(self, release: str) -> str:
        """The file that remembers what was fetched first."""
        return f"{self.config.raw.locks}/{self._release_source}/{release}.json"

    def release_inputs(self, release: str) -> list[str]:
        """What fetching a released model depends on: its files in a local mirror."""
        if self.miniature or self.mirror_folder is None:
            return []
        files = [f"{self.mirror}/{release}/{file.name}" for file in RELEASES[release].files]
        return [path for path in files if Path(path).exists()]

    @staticmethod
    def release_digest(release: str) -> str:
        """Of what it declares to consist of."""
        return digest_of([file.content for file in RELEASES[release].files])

    @staticmethod
    def announced_release(release: str) -> str | None:
        """What fetching it means, for people; nothing where it is here already."""
        return None if release in NANO_FILES else _announced(RELEASES[release].title, RELEASES[release].files)

    def _given(self, key: str, value: str | None, files: Callable[[Path], Iterable[Path]]) -> list[str]:
        """The files that a key of the configuration names: of a release by a word, or of a path; none if it is null."""
        if value is None:
            return []
        if key in self.releases:
            return self.released(self.releases[key])
        if not Path(value).exists():
            words = [RELEASED, PORT] if key == "model.base" else [RELEASED]
            choices = f"give a path, {', '.join(words)} or null"
            raise BadConfig(f"{key} is {value!r}, and there is no such file or folder", fix=choices)
        return [str(file) for file in files(Path(value))]

    @cached_property
    def base(self) -> list[str]:
        """The files of the checkpoint that everything starts from, if the configuration has one."""
        return self._given("model.base", self.config.model.base, files_of)

    @cached_property
    def released_tokenizer(self) -> list[str]:
        """The released BPE files, if the configuration has them."""
        return self._given("tokens.files", self.config.tokens.files, lambda at: [at / name for name in TOKENIZER_FILES])

    @cached_property
    def released_vqgan(self) -> list[str]:
        """The released VQ-GAN's checkpoint and YAML, if the configuration has them."""
        return self._given("vqgan.files", self.config.vqgan.files, _vqgan_files)


def _announced(what: str, files: tuple[File, ...]) -> str:
    """Declared files, each in a line with its size and address."""
    lines = [f"Fetch {what}:"]
    for file in files:
        size = "size unknown" if file.megabytes is None else f"{math.ceil(file.megabytes):,} MB"
        lines.append(f"    {file.name}, {size}, {f'by hand from {file.page}' if file.page else ' or '.join(file.urls)}")
    return "\n".join(lines)


def _vqgan_files(folder: Path) -> list[Path]:
    """A VQ-GAN's checkpoint and YAML, or the two files of one of ours."""
    ours = [folder / name for name in NANO_FILES[NANO_VQGAN]]
    if all(file.is_file() for file in ours):
        return ours
    found = []
    for pattern in ("*.ckpt", "*.y*ml"):
        files = sorted(folder.glob(pattern))
        if len(files) != 1:
            raise BadConfig(f"vqgan.files is '{folder}', in which there are {len(files)} files {pattern}, not one")
        found += files
    return found
