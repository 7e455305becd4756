"""The configuration: its keys, their types and ranges; a wrong one is an error on start. config.yaml explains them."""

import difflib
import re
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from workflow_scripts.datasets.base import CheckPictures
from workflow_scripts.errors import BadConfig
from workflow_scripts.models.ofa.sizes import SIZES
from workflow_scripts.training.variants import GROUPS, INSTRUCTIONS, VARIANTS

Value = TypeVar("Value")
Count = Annotated[int, Field(ge=1)]
Share = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(gt=0)]


def _distinct(values: list[Value]) -> list[Value]:
    if twice := sorted({str(value) for value in values if values.count(value) > 1}):
        raise ValueError(f"{', '.join(twice)} occurs more than once")
    return values


Distinct = Annotated[list[Value], AfterValidator(_distinct)]
Seeds = Annotated[Distinct[Annotated[int, Field(ge=0, le=32767)]], Field(min_length=1)]


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Raw(Section):
    """Any other key is a dataset's id, and its value the folder in which it is used in place; the plan checks them."""

    model_config = ConfigDict(extra="allow", frozen=True)

    mirror: str
    root: str | None
    locks: str
    keep_archives: bool
    max_hours: Positive
    datasets: Literal["all", "needed"]
    check_pictures: CheckPictures

    @property
    def folders(self) -> dict[str, object]:
        return dict(self.__pydantic_extra__)


class Miniature(Section):
    mscoco_train: Count
    mscoco_val: Count
    visual_genome: Count
    vqa_v2: Count
    gqa: Count
    ok_vqa: Count
    visual7w: Count
    refcoco: Count
    coco_text: Count
    tdiuc: Count
    vizwiz_image_quality: Count
    vaw: Count
    mocheg: Count
    wikihow: Count
    textvqa: Count
    vcr: Count
    snli_ve: Count
    vsr: Count
    nlvr: Count
    hateful_memes: Count
    visdial: Count
    medic: Count
    natural_instructions: Count


class DatasetChoice(Section):
    splits: dict[Literal["train", "validation", "test"], str]


class NaturalInstructions(Section):
    test_tasks: Count | Annotated[list[str], Field(min_length=1)] | None


class Quarantine(Section):
    max_share: Share


class Tasks(Section):
    extra: Literal["all"] | list[str]
    leave_out: list[str]


class Instances(Section):
    max_train: Count
    max_validation: Count
    max_test: Count
    max_per_picture: Count
    spare: Annotated[float, Field(ge=0)]


class Tokens(Section):
    files: str | None
    symbols: Annotated[int, Field(ge=256)]
    corpus: list[str]
    max_source: Annotated[int, Field(ge=3, le=1024)]
    max_target: Annotated[int, Field(ge=3, le=1024)]
    instances_per_shard: Count


class Picture(Section):
    size: Annotated[int, Field(ge=16, le=672, multiple_of=16)]
    max_size: Annotated[int, Field(ge=16, le=1024)]


class VQGANModel(Section):
    """The fields of models.vqgan.VQGANConfig, with its defaults: that module needs torch, the Snakefile does not."""

    kind: Literal["vq"] = "vq"
    image_size: Count = 64
    codes: Annotated[int, Field(ge=1, le=8192)] = 512
    embed_dim: Count = 32
    z_channels: Count = 32
    ch: Annotated[int, Field(ge=32, multiple_of=32)] = 64
    ch_mult: Annotated[list[Count], Field(min_length=1)] = [1]
    num_res_blocks: Count = 1
    attn_resolutions: list[Count] = []
    patch: Count = 8


class VQGAN(Section):
    files: str | None
    model: VQGANModel
    pictures: str
    steps: Count
    batch_size: Count
    learning_rate: Positive


class Model(Section):
    size: Literal[tuple(SIZES)]
    base: str | None


class Tuning(Section):
    epochs: Count
    batch_size: Count
    learning_rate: Positive


class Ablations(Section):
    instructions: Distinct[Annotated[int, Field(ge=1, le=INSTRUCTIONS)]]
    groups: Distinct[Annotated[int, Field(ge=1, le=len(GROUPS))]]


class Adapter(Section):
    rank: Count
    alpha: Positive
    dropout: Share
    learning_rate: Positive


class Recipe(Section):
    """What every training has in common; all of it is passed to training.trainer.Settings."""

    max_tokens: Count | None
    accumulation: Count
    schedule: Literal["linear", "cosine", "constant", "constant_with_warmup", "inverse_sqrt"]
    warmup_share: Share
    weight_decay: Annotated[float, Field(ge=0)]
    label_smoothing: Share
    dropout: Share
    max_grad_norm: Positive
    bf16: bool | Literal["auto"]
    freeze_image_encoder: bool
    gradient_checkpointing: bool
    compile: bool
    fsdp: bool
    workers: Annotated[int, Field(ge=0)]
    save_every: Count
    keep_checkpoints: Count
    log_every: Count


class Training(Recipe):
    seeds: Seeds
    ablation_seeds: Seeds
    processes: Count
    threads: Count
    gpu: Annotated[int, Field(ge=0)]
    mem_mb: Count
    runtime: Count
    multiinstruct: Tuning
    natural_instructions: Tuning
    mixedinstruct: Tuning
    adapter: Adapter


class TextCourse(Section):
    texts: Count
    batch_size: Count
    learning_rate: Positive


class PictureCourse(TextCourse):
    pictures: Count


class ImageEncoderTraining(Section):
    steps: Count
    batch_size: Count
    learning_rate: Positive


class Pretraining(Section):
    """Of ofa_nano; what it does not say is as in training."""

    seed: int
    symbols: Annotated[int, Field(ge=256)]
    image_encoder: ImageEncoderTraining
    copying: TextCourse
    first: PictureCourse
    picking: TextCourse
    further: PictureCourse


def _free_among_them(modes: list[str]) -> list[str]:
    if "free" not in modes or len(set(modes)) < len(modes):
        raise ValueError("name each mode once and free among them, of which the aggregates are")
    return modes


class Evaluation(Section):
    beams: Count
    max_length: Annotated[int, Field(ge=3, le=1024)]
    no_repeat_ngram: Annotated[int, Field(ge=0)]
    batch_size: Count
    modes: Annotated[list[Literal["free", "constrained", "ranked"]], AfterValidator(_free_among_them)]
    bf16: bool
    against: Literal[tuple(VARIANTS)]


class Report(Section):
    gallery_per_task: Annotated[int, Field(ge=0)]
    reference: str | None


class Memo(Section):
    folder: str | None


class Config(Section):
    """The whole configuration; every key is required, so that config.yaml lists them all."""

    seed: int
    raw: Raw
    miniature: Miniature
    datasets: dict[str, DatasetChoice]
    natural_instructions: NaturalInstructions
    quarantine: Quarantine
    tasks: Tasks
    instances: Instances
    tokens: Tokens
    picture: Picture
    vqgan: VQGAN
    model: Model
    variants: Annotated[Distinct[Literal[tuple(VARIANTS)]], Field(min_length=1)]
    ablations: Ablations
    training: Training
    pretraining: Pretraining
    evaluation: Evaluation
    report: Report
    memo: Memo


def check(values: dict, *, file: Path | str = "config.yaml and what was given on the command line") -> Config:
    """The configuration, checked. Raises BadConfig with every problem; an unknown key names the nearest known one."""
    try:
        config = Config.model_validate(values)
    except ValidationError as error:
        problems = [_problem(e) for e in error.errors()]
        raise BadConfig("\n".join(problems), file=file, fix="config.yaml lists and explains every key") from None
    if config.picture.size > config.picture.max_size:
        raise BadConfig(f"picture.size is {config.picture.size}, above picture.max_size ({config.picture.max_size})")
    return config


def unknown_key(name: str, known: list[str]) -> str:
    """Says so, and which of those known in its place is meant. name: with its sections, as in quarantine.max_share."""
    return f"unknown key {unknown(name, known)}"


def unknown(name: str, known: list[str]) -> str:
    """A name that is none, and which of those known is meant."""
    near = difflib.get_close_matches(name.rpartition(".")[2], known, n=1, cutoff=0.5)
    return f"{name}; " + (f"did you mean {near[0]}?" if near else f"there are {', '.join(known)}")


def _problem(error: dict) -> str:
    where = [str(part) for part in error["loc"]]
    name = ".".join(where)
    if error["type"] == "extra_forbidden":
        return unknown_key(name, _keys(where[:-1]))
    if error["type"] == "missing":
        return f"key {name} is missing"
    said = f"{name} is {error['input']!r}: {error['msg'][0].lower()}{error['msg'][1:]}"
    if error["type"] == "literal_error":
        choices = re.findall("'([^']*)'", error["ctx"]["expected"])
        near = difflib.get_close_matches(str(error["input"]), choices, n=1)
        said += f"; did you mean {near[0]}?" if near else ""
    return said


def _keys(path: list[str]) -> list[str]:
    """The keys that a section has."""
    section = Config
    for part in path:
        kind = section.model_fields[part].annotation if part in getattr(section, "model_fields", {}) else DatasetChoice
        section = kind if isinstance(kind, type) and issubclass(kind, BaseModel) else DatasetChoice
    return sorted(section.model_fields)
