"""What is trained and compared. Imports nothing heavy: the Snakefile reads it."""

from dataclasses import dataclass

MULTIINSTRUCT, NATURAL_INSTRUCTIONS = "multiinstruct", "natural_instructions"


@dataclass(frozen=True)
class Variant:
    """One tuning stage: the variant whose checkpoint it starts from, and the tasks it is tuned on."""

    base: str
    tasks: str


# `ofa` is the base itself: nothing is tuned.
VARIANTS: dict[str, Variant | None] = {
    "ofa": None,
    "ofa_multiinstruct": Variant("ofa", MULTIINSTRUCT),
    "ofa_naturalinstruct": Variant("ofa", NATURAL_INSTRUCTIONS),
    "ofa_seqinstruct": Variant("ofa_naturalinstruct", MULTIINSTRUCT),
}
