"""How many instances there are, and how long their texts and lists of options are, counted on the shards."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow.compute as pc

from workflow_scripts import schemas

ROWS = 1000  # of a shard in memory


@dataclass
class Lengths:
    """Of one split of a task, or of several together. Each counter: length -> how often.

    sources: tokens of every prompt, one for each of an instance's instructions. targets: tokens of the right answer.
    options: how many an instance has, of those that have some. cut: texts that were longer than the model takes.
    """

    instances: int = 0
    cut: int = 0
    sources: Counter[int] = field(default_factory=Counter)
    targets: Counter[int] = field(default_factory=Counter)
    options: Counter[int] = field(default_factory=Counter)

    def add(self, other: "Lengths") -> None:
        self.instances += other.instances
        self.cut += other.cut
        for name in ("sources", "targets", "options"):
            getattr(self, name).update(getattr(other, name))


def by_split(shards: Iterable[Path]) -> dict[tuple[str, str], Lengths]:
    """(task, split) -> its lengths. shards: <task>/<split>-NNNNN-of-NNNNN.parquet."""
    found: dict[tuple[str, str], Lengths] = {}
    for path in shards:
        key = path.parent.name, path.name.split("-")[0]
        found.setdefault(key, Lengths()).add(_read(path))
    return found


def _read(path: Path) -> Lengths:
    lengths = Lengths()
    names = ["sources", "target", "options", "truncated"]
    for batch in schemas.open_table(path, schemas.SHARDS).iter_batches(ROWS, columns=names):
        lengths.instances += batch.num_rows
        lengths.cut += pc.sum(batch["truncated"]).as_py() or 0
        lengths.sources.update(pc.list_value_length(batch["sources"].flatten()).to_pylist())
        lengths.targets.update(pc.list_value_length(batch["target"]).to_pylist())
        lengths.options.update(count for count in pc.list_value_length(batch["options"]).to_pylist() if count)
    return lengths


def over(found: Mapping[tuple[str, str], Lengths], keys: Iterable[tuple[str, str]]) -> Lengths:
    """Those of several splits together."""
    total = Lengths()
    for key in keys:
        if key in found:
            total.add(found[key])
    return total


def median(counts: Mapping[int, int]) -> int | None:
    """The lower median of a counter's keys; None of an empty one.

    >>> median({3: 1, 4: 2, 9: 2})
    4
    """
    half, seen = sum(counts.values()) / 2, 0
    for length in sorted(counts):
        seen += counts[length]
        if seen >= half:
            return length
    return None
