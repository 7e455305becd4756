"""What a configuration amounts to: which tasks, datasets, splits and files there will be. The rules ask this."""

import json
import math
import os
import sys
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import yaml

from workflow_scripts.config import Ablations, Config, Recipe, unknown
from workflow_scripts.datasets.registry import load_dataset
from workflow_scripts.errors import BadConfig
from workflow_scripts.instructions.render import name_template
from workflow_scripts.instructions.templates import check_all, load_templates
from workflow_scripts.memo import VARIABLE
from workflow_scripts.models.ofa.sizes import FILES as MODEL_FILES
from workflow_scripts.models.ofa.sources import read_json
from workflow_scripts.models.released import GRIDS, NANO_FILES, SUMS
from workflow_scripts.provenance import digest_of, files_digest, library_versions, stage_digest
from workflow_scripts.stages.entry import RUN
from workflow_scripts.stages.sources import Sources
from workflow_scripts.tasks.base import Task
from workflow_scripts.tasks.registry import load_tasks
from workflow_scripts.training.variants import (
    ADAPTER_FILES,
    BASE,
    FULL,
    GROUPS,
    INSTRUCTIONS,
    MULTIINSTRUCT,
    NATURAL_INSTRUCTIONS,
    Ablation,
    Run,
    ablation,
    declared,
)

PRETRAINED = ("copying", "first", "picking", "further")  # what the pre-trained model learns, one after the other
TABLES = ("scores", "tasks", "aggregates", "significance", "ablations")


class Plan(Sources):
    """The tasks that a checked configuration asks for, and all paths below results/ that follow from it."""

    def __init__(self, config: Config):
        self.config = config
        self.left_out: list[str] = []  # a line for each task that cannot be made, and why
        everything = load_tasks()
        check_all(everything.values())
        self._check_folders()
        self.tasks = {task.id: task for task in self._chosen(everything)}
        self._check_contents()
        self.variants = [v for v in config.variants if self._can_be_tuned(v)]
        self.ablations = [a.variant for a in self._asked_ablations() if self._takes_away(a)]
        for name in (*config.tokens.corpus, config.vqgan.pictures):
            load_dataset(name)  # a name that is none must not go unnoticed
        # Wrong words and files are an error on start.
        _ = self.base, self.released_tokenizer, self.released_vqgan, self.initialisation
        for name in config.datasets:
            load_dataset(name)

    def _chosen(self, everything: dict[str, Task]) -> list[Task]:
        wanted = self.config.tasks
        extra = [t.id for t in everything.values() if t.role == "extra"] if wanted.extra == "all" else wanted.extra
        for name in (*extra, *wanted.leave_out):
            if name not in everything:
                raise BadConfig(f"tasks names {unknown(name, list(everything))}")
        chosen = []
        for task in everything.values():
            if task.id in wanted.leave_out or (task.role == "extra" and task.id not in extra):
                continue
            absent = sorted({d for own in task.datasets for d in self._needs(own) if not self._is_present(d)})
            if absent:
                self.left_out.append(f"{task.id} is left out: {', '.join(absent)} is not in {self.config.raw.root}")
            else:
                chosen.append(task)
        if not any(task.role == "eval" for task in chosen):
            raise BadConfig("no unseen task is left to evaluate", fix="look at raw.root and tasks.leave_out")
        return chosen

    def _can_be_tuned(self, variant: str) -> bool:
        """Whether there are tasks for the variant and for what it starts from; if not, a line says so."""
        how = declared(variant)
        if how is None:
            return True
        absent = [s for s in how.tasks if not any(_stage(self.tasks[t]) == s for t in self.tuned_on(variant))]
        if not absent:
            return self._can_be_tuned(how.base)
        names = " and of ".join(absent)
        line = f"{variant} and what starts from it are left out: no task of {names} is there to tune it on"
        self.left_out += [line] if line not in self.left_out else []
        return False

    def _asked_ablations(self) -> list[Ablation]:
        asked = self.config.ablations
        return [Ablation(name, value) for name in Ablations.model_fields for value in sorted(getattr(asked, name))]

    def _takes_away(self, asked: Ablation) -> bool:
        """Whether an ablation is anything else than FULL, which is not tuned twice; if not, a line says so."""
        variant = asked.variant
        if not self._can_be_tuned(variant):
            return False
        if (declared(variant).instructions, self.tuned_on(variant)) != (INSTRUCTIONS, self.tuned_on(FULL)):
            return True
        self.left_out.append(f"{variant} is left out: it is {FULL}")
        return False

    # Tasks

    @cached_property
    def _templates(self) -> dict[str, list[str]]:
        """Read once: Snakemake asks for every job, several times."""
        return {t.id: [] if t.own_instruction else list(load_templates(t)) for t in self.tasks.values()}

    def templates(self, task: str) -> list[str]:
        return self._templates[task]

    def by_name(self, task: str) -> str | None:
        """The template with the task's name in place of an instruction; None if it is not trained on so."""
        chosen = self.tasks[task]
        trained_on = chosen.role != "eval" and _stage(chosen) == MULTIINSTRUCT
        return name_template(chosen.name, chosen.slots) if trained_on else None

    @cached_property
    def split_sets(self) -> list[tuple[str, ...]]:
        """What splits tasks have: rules are written once for each of these."""
        return sorted({task.splits for task in self.tasks.values()})

    def with_splits(self, splits: tuple[str, ...]) -> str:
        """The tasks that have exactly these splits, as a pattern."""
        return "|".join(task.id for task in self.tasks.values() if task.splits == splits)

    def max_instances(self, split: str) -> int:
        return getattr(self.config.instances, f"max_{split}")

    def max_derived(self, split: str) -> int:
        """Of what is trained on some to spare: expand leaves out what an unseen task has in common with it."""
        share = 0 if split == "test" else self.config.instances.spare
        return math.ceil(self.max_instances(split) * (1 + share))

    def trained_on(self, table: str) -> list[str]:
        """The table, instances or examples, of every split that is not an unseen task's."""
        seen = (t for t in self.tasks.values() if t.role != "eval")
        return [f"results/{table}/{t.id}/{split}.parquet" for t in seen for split in t.splits]

    # Pictures, by which the tasks are kept apart

    @property
    def fingerprints(self) -> list[str]:
        """Of the pictures of all tasks."""
        return sorted({path for task in self.tasks for path in self.fingerprints_of(task)})

    def fingerprints_of(self, task: str) -> list[str]:
        """Of the datasets that the pictures of a task's records are of."""
        owners = {o for d in self.tasks[task].datasets for o in owners_of(d)}
        return [f"results/fingerprints/{owner}.parquet" for owner in sorted(owners)]

    def users_of_pictures(self, owner: str) -> list[str]:
        """The datasets whose records name pictures of a dataset, itself among them."""
        return [d for d in self.datasets if owner in owners_of(d)]

    def records_of_pictures(self, owner: str) -> list[str]:
        """The records that name pictures of a dataset, or in their place some of their own (VSR's, GQA's)."""
        users = self.users_of_pictures(owner)
        return [f"results/records/{d}/{split}.parquet" for d in users for split in self.splits(d)]

    def manifests_of_pictures(self, owner: str) -> list[str]:
        """Of the datasets that these pictures may be of."""
        return [f"results/raw/{d}/manifest.json" for d in self.users_of_pictures(owner)]

    def fingerprint_digest(self, owner: str) -> str:
        """Of the code that fingerprinting a dataset's pictures depends on, its readers' declarations among it."""
        return digest_of([stage_digest("fingerprint", dataset=d) for d in self.users_of_pictures(owner)])

    def shards(self, task: str, split: str) -> list[str]:
        count = -(-self.max_instances(split) // self.config.tokens.instances_per_shard)
        return [f"results/shards/{task}/{split}-{i:05}-of-{count:05}.parquet" for i in range(count)]

    @property
    def all_shards(self) -> list[str]:
        return [shard for t in self.tasks.values() for split in t.splits for shard in self.shards(t.id, split)]

    @property
    def unseen(self) -> list[str]:
        return [task.id for task in self.tasks.values() if task.role == "eval"]

    def tuned_on(self, variant: str) -> list[str]:
        """The tasks of a variant's tuning stage."""
        how, seen = declared(variant), (t for t in self.tasks.values() if t.role != "eval")
        return [t.id for t in seen if _stage(t) in how.tasks and (how.groups is None or t.group in how.groups)]

    def validation(self, variant: str) -> list[str]:
        """Held-out shards of those tasks, where they have some."""
        held_out = [t for t in self.tuned_on(variant) if "validation" in self.tasks[t].splits]
        return [shard for task in held_out for shard in self.shards(task, "validation")]

    # Models and their predictions

    @property
    def models(self) -> list[str]:
        """All variants to make: those asked for, and before each those it starts from."""
        found: list[str] = []
        for variant in self.evaluated:
            chain = []
            while variant is not None and variant not in found:
                chain.append(variant)
                variant = how.base if (how := declared(variant)) else None
            found += reversed(chain)
        return found

    @property
    def tuned(self) -> list[str]:
        return [variant for variant in self.models if variant != BASE]

    def priority(self, variant: str) -> int:
        """What takes longest had better begin first: of two stages, of several seeds, and the ablations last."""
        bases = {v: declared(v).base for v in self.tuned}
        if bases[variant] != BASE or variant in bases.values():
            return 2
        return 0 if ablation(variant) else 1

    @property
    def evaluated(self) -> list[str]:
        return [*self.variants, *self.ablations]

    @property
    def evaluations(self) -> dict[str, list[str]]:
        """What each job evaluates, by its name: a variant, or all ablations, whose runs are few and tasks the same."""
        return {variant: [variant] for variant in self.variants} | (
            {"ablations": self.ablations} if self.ablations else {}
        )

    def runs(self, variant: str) -> list[Run]:
        """One for each seed that a variant is tuned with."""
        if variant == BASE:
            return [Run(variant, None)]
        training = self.config.training
        seeds = training.ablation_seeds if ablation(variant) else training.seeds
        return [Run(variant, seed) for seed in seeds]

    @staticmethod
    def model(run: Run, names: Sequence[str] = MODEL_FILES) -> list[str]:
        return [f"results/models/{run.path}/{name}" for name in names]

    @staticmethod
    def log(run: Run) -> str:
        return f"results/models/{run.path}/log.jsonl"

    def tuned_files(self, variant: str) -> list[str]:
        """What tuning a variant makes: of each run the model, its log, and an adapter where there is one."""
        adapter = [f"adapter/{name}" for name in ADAPTER_FILES] if declared(variant).adapter else []
        names = [*MODEL_FILES, "log.jsonl", *adapter]
        return [file for run in self.runs(variant) for file in self.model(run, names)]

    def bases(self, variant: str) -> list[str]:
        """The models that a variant's runs start from: one for all of them, or one for each, of the same seed."""
        return [file for run in self.runs(declared(variant).base) for file in self.model(run)]

    def evaluated_on(self, variant: str) -> list[str]:
        """The unseen tasks; of an ablation only the multimodal ones."""
        return [t for t in self.unseen if not ablation(variant) or kind(self.tasks[t]) == "multimodal"]

    def predictions(self, variant: str) -> list[str]:
        """All tasks of its first run, then all of its second, and so on."""
        tasks = self.evaluated_on(variant)
        return [f"results/predictions/{run.path}/{task}.parquet" for run in self.runs(variant) for task in tasks]

    # Settings of single stages, as JSON: exactly what each reads of the configuration

    @property
    def location_scale(self) -> float:
        return self.config.picture.size / self.config.picture.max_size

    @property
    def train(self) -> str:
        """What the train stage is started with."""
        if (count := self.config.training.processes) == 1:
            return "python -m workflow_scripts.stages.train"
        return f"torchrun --standalone --nproc-per-node {count} -m workflow_scripts.stages.train"

    def tuning(self, variant: str) -> str:
        """Those of training.trainer.Settings but seed and threads."""
        training, how = self.config.training, declared(variant)
        own = getattr(training, how.section).model_dump()
        if how.adapter:
            adapter = training.adapter.model_dump()
            own |= {"learning_rate": adapter.pop("learning_rate"), "adapter": adapter}
        return self._settings(own, prompts=how.prompts, instructions=how.instructions)

    def _settings(self, own: dict, **more) -> str:
        """Of a training: its own, and what all have in common."""
        settings = self.config.training.model_dump(include=set(Recipe.model_fields))
        settings |= {"image_size": self.config.picture.size, "adapter": None}
        return json.dumps(settings | own | more, sort_keys=True)

    # Pre-training of ofa_nano, which ships with the package

    @staticmethod
    def pretraining_model(name: str) -> list[str]:
        return [f"results/pretraining/{name}/{file}" for file in MODEL_FILES]

    @property
    def shipped(self) -> list[str]:
        """As the package has it: the files of each release, and their checksums."""
        names = [f"{release}/{name}" for release, files in NANO_FILES.items() for name in files]
        return [f"results/pretraining/shipped/{name}" for name in (*names, SUMS)]

    def pretraining_settings(self, stage: str) -> str:
        how = getattr(self.config.pretraining, stage).model_dump(include={"batch_size", "learning_rate"})
        own = how | {"epochs": 1, "freeze_image_encoder": True}
        return self._settings(own, prompts="instructions", instructions=1)

    @property
    def pretraining_amounts(self) -> str:
        """How many pictures and texts there are of each stage."""
        return self.config.pretraining.model_dump_json(include={stage: {"pictures", "texts"} for stage in PRETRAINED})

    @property
    def pretraining_initialisation(self) -> str:
        return json.dumps({"code_image_size": 8 * _grid(self.config.vqgan.model.model_dump())})

    @property
    def pretraining_vqgan(self) -> str:
        """How its VQ-GAN is trained: as one of our own is."""
        return json.dumps(self.config.vqgan.model_dump(exclude={"files", "pictures"}), sort_keys=True)

    @property
    def generation(self) -> str:
        settings = self.config.evaluation.model_dump(exclude={"against"}) | {"image_size": self.config.picture.size}
        return json.dumps(settings, sort_keys=True)

    @property
    def initialisation(self) -> str:
        """Fields of the fresh model's configuration."""
        return json.dumps({"code_image_size": 8 * self._code_grid})

    @property
    def _code_grid(self) -> int:
        """Codes along a side of a picture."""
        if "vqgan.files" in self.releases:
            return GRIDS[self.releases["vqgan.files"]]
        if given := self.released_vqgan:
            return _grid_of(Path(given[0] if given[0].endswith("config.json") else given[1]))
        return _grid(self.config.vqgan.model.model_dump())

    @property
    def vqgan(self) -> str:
        return json.dumps(self.config.vqgan.model.model_dump(), sort_keys=True)

    @property
    def scoring(self) -> str:
        """The unseen tasks, and what was evaluated on which of them in the predictions' order; see stages.score."""
        tasks = [self.tasks[t] for t in self.unseen]
        runs = [
            {"variant": run.variant, "seed": run.seed, "tasks": self.evaluated_on(variant)}
            for variant in self.evaluated
            for run in self.runs(variant)
        ]
        known = {t.id: {"output": t.output, "metrics": t.metrics, "kind": kind(t)} for t in tasks}
        curves = [ablation(variant) for variant in self.ablations]
        ends = (Ablation("instructions", INSTRUCTIONS), Ablation("groups", len(GROUPS)))  # where nothing is taken away
        points = [{"ablation": a.name, "value": a.value, "variant": a.variant} for a in curves] + [
            {"ablation": a.name, "value": a.value, "variant": FULL} for a in ends if a.name in {c.name for c in curves}
        ]
        settings = {"seed": self.config.seed, "against": self.config.evaluation.against, "whole": FULL}
        return json.dumps({"tasks": known, "runs": runs, "ablations": points} | settings)

    @property
    def reporting(self) -> str:
        config = self.config.model_dump(mode="json", exclude={"memo"})
        return json.dumps(
            {
                "config": config,
                "variants": self.variants,
                "tasks": {
                    t.id: {
                        "name": t.name,
                        "group": t.group,
                        "role": t.role,
                        "dataset": " + ".join(t.datasets),
                        "output": t.output,
                        "metrics": t.metrics,
                    }
                    for t in self.tasks.values()
                },
                "datasets": {
                    d: {"title": declared.title, "licence": declared.licence}
                    for d, declared in self.datasets.items()
                    if self.splits(d)
                },
                "skipped": self.left_out,
                "templates": {t: self.templates(t) for t in self.tasks},
                "versions": library_versions(),
                "scale": self.location_scale,
                "gallery": {"per_task": self.config.report.gallery_per_task},
                "page": files_digest("report", "*.j2", "*.css", "*.js"),
            },
            sort_keys=True,
        )

    @property
    def reference(self) -> list[str]:
        """The user's file of published numbers, if there is one."""
        given = self.config.report.reference
        if given is not None and not Path(given).is_file():
            raise BadConfig(f"report.reference is {given}: no such file", fix="give the path of a CSV file, or null")
        return [] if given is None else [given]

    def every(self, table: str) -> list[str]:
        """The table of every task and split: instances or examples."""
        return [f"results/{table}/{t.id}/{split}.parquet" for t in self.tasks.values() for split in t.splits]


def _grid(model: dict) -> int:
    """Codes along a side of a picture, by the fields of models.vqgan.VQGANConfig."""
    return model["image_size"] // (model["patch"] * 2 ** (len(model["ch_mult"]) - 1))


def _grid_of(file: Path) -> int:
    """Codes along a side of a picture, of a VQ-GAN's YAML, or of the config.json of ours."""
    if file.name == "config.json":
        return _grid(read_json(file))
    try:
        sizes = yaml.safe_load(file.read_text(encoding="utf-8"))["model"]["params"]["ddconfig"]
        return sizes["resolution"] // 2 ** (len(sizes["ch_mult"]) - 1)
    except (KeyError, TypeError, ValueError, yaml.YAMLError) as error:
        raise BadConfig(f"not a VQ-GAN's YAML: {error!r}", file=file) from error


def owners_of(dataset: str) -> tuple[str, ...]:
    """The datasets whose pictures a dataset's records name: others, or itself; none, if they have no pictures."""
    declared = load_dataset(dataset)
    return declared.pictures_of or ((dataset,) if declared.pictures else ())


def _stage(task: Task) -> str:
    return NATURAL_INSTRUCTIONS if task.group == NATURAL_INSTRUCTIONS else MULTIINSTRUCT


def kind(task: Task) -> str:
    """What an unseen task counts for: multimodal or nlp."""
    return "nlp" if _stage(task) == NATURAL_INSTRUCTIONS else "multimodal"


def prepare_environment(memo: str | None) -> None:
    """What the jobs of this run find in their environment; what is set there already wins.

    The Python that runs Snakemake, also where its environment is not activated; the memo's folder; and that threads of
    torch spin for a moment only before they sleep. Measured on two cores, seconds a training step, alone and beside
    another busy process: with libgomp's default 0.15 and above 3, asleep at once 0.23 and 0.31, this way 0.15 and 0.30.
    """
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    os.environ.setdefault("GOMP_SPINCOUNT", "20000")
    os.environ[RUN] = str(os.getpid())
    if memo is not None:
        os.environ.setdefault(VARIABLE, memo)
