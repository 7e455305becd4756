"""What is trained and compared. Imports nothing heavy: the Snakefile reads it.

A variant is one way of tuning; tuned with one seed it is a run, and each run is a model of its own.
"""

from dataclasses import dataclass, replace
from typing import Literal

MULTIINSTRUCT, NATURAL_INSTRUCTIONS = "multiinstruct", "natural_instructions"
MIXED = "mixedinstruct"
BASE = "ofa"  # nothing is tuned
INSTRUCTIONS = 5  # of each task

# In this order task groups are added. That image understanding comes first is the paper's (recalled), the rest our
# choice, from the whole picture to its parts: questions about it, texts that fit it, its regions and how they relate,
# and last the groups of long or mixed texts.
GROUPS = (
    "image_understanding",
    "vqa",
    "image_text_matching",
    "grounded_matching",
    "grounded_generation",
    "region_understanding",
    "visual_relationship",
    "temporal_ordering",
    "miscellaneous",
)


@dataclass(frozen=True)
class Variant:
    """One tuning stage.

    base: the variant whose checkpoint it starts from. tasks: the sets it is tuned on, pooled. prompts: what the model
    reads, instructions or the task's name in their place. instructions: how many of a task's five are drawn from.
    groups: those alone whose tasks are tuned on. adapter: low-rank adapters are tuned in place of all weights.
    """

    base: str
    tasks: tuple[str, ...]
    prompts: Literal["instructions", "name"] = "instructions"
    instructions: int = INSTRUCTIONS
    groups: tuple[str, ...] | None = None
    adapter: bool = False

    @property
    def section(self) -> str:
        """Where the configuration has its numbers, below `training`."""
        return self.tasks[0] if len(self.tasks) == 1 else MIXED


ADAPTER_FILES = ("adapter_config.json", "adapter_model.safetensors")  # in adapter/ beside the model they are part of
FULL = "ofa_multiinstruct"  # what the ablations take something away from
VARIANTS: dict[str, Variant | None] = {
    BASE: None,
    "ofa_taskname": Variant(BASE, (MULTIINSTRUCT,), prompts="name"),
    FULL: Variant(BASE, (MULTIINSTRUCT,)),
    "ofa_naturalinstruct": Variant(BASE, (NATURAL_INSTRUCTIONS,)),
    "ofa_mixedinstruct": Variant(BASE, (MULTIINSTRUCT, NATURAL_INSTRUCTIONS)),
    "ofa_seqinstruct": Variant("ofa_naturalinstruct", (MULTIINSTRUCT,)),
    "ofa_seqinstruct_adapter": Variant("ofa_naturalinstruct", (MULTIINSTRUCT,), adapter=True),
}


@dataclass(frozen=True)
class Ablation:
    """FULL with less of one thing."""

    name: Literal["instructions", "groups"]
    value: int  # instructions per task, or task groups, of GROUPS the first

    @property
    def variant(self) -> str:
        return f"{self.name}_{self.value}"


def ablation(variant: str) -> Ablation | None:
    """What a variant takes away; None if it is one of VARIANTS."""
    if variant in VARIANTS:
        return None
    name, _, value = variant.rpartition("_")
    return Ablation(name, int(value))


def declared(variant: str) -> Variant | None:
    """How a variant, also an ablation's, is tuned; None: it is not.

    >>> declared("groups_2").groups
    ('image_understanding', 'vqa')
    """
    less = ablation(variant)
    if less is None:
        return VARIANTS[variant]
    if less.name == "instructions":
        return replace(VARIANTS[FULL], instructions=less.value)
    return replace(VARIANTS[FULL], groups=GROUPS[: less.value])


@dataclass(frozen=True)
class Run:
    """A variant tuned with one seed.

    >>> Run("ofa_multiinstruct", 0).path, Run("ofa", None).path
    ('ofa_multiinstruct/seed-0', 'ofa')
    """

    variant: str
    seed: int | None  # None: not tuned

    @property
    def path(self) -> str:
        """Its folder below models/ and predictions/."""
        return self.variant if self.seed is None else f"{self.variant}/seed-{self.seed}"
