"""All tasks as a table: what each is, and how many instances the workflow has made of it.

python -m workflow_scripts.tasks          a table to read
python -m workflow_scripts.tasks --json   for programs
"""

import argparse
import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from workflow_scripts import schemas, terminal
from workflow_scripts.errors import BadInput
from workflow_scripts.tasks.base import Task
from workflow_scripts.tasks.registry import load_tasks

HEADER = ("id", "name", "group", "role", "dataset", "output", "metrics", "train", "validation", "test")
WIDTHS = (40, 26, 23, 5, 20, 13, 12, 7, 10, 7)
NONE = "–"


@dataclass(frozen=True)
class Entry:
    """One task."""

    id: str
    name: str  # the paper's, where it has one
    group: str
    role: str
    datasets: tuple[str, ...]
    output: str
    metrics: tuple[str, ...]
    slots: tuple[str, ...]
    instances: dict[str, int | None]  # split -> instances that were expanded; None: not made yet


def entries(results: Path) -> list[Entry]:
    """Every task there is, by group and id. results: where the workflow's results are, or are not yet."""
    return [_entry(task, results) for task in load_tasks().values()]


def _entry(task: Task, results: Path) -> Entry:
    return Entry(
        id=task.id,
        name=task.name,
        group=task.group,
        role=task.role,
        datasets=task.datasets,
        output=task.output,
        metrics=task.metrics,
        slots=tuple(sorted(task.slots)),
        instances={split: _made(task, results / "examples" / task.id / f"{split}.parquet") for split in task.splits},
    )


def _made(task: Task, examples: Path) -> int | None:
    if not examples.exists():
        return None
    return len(set(schemas.column(examples, "instance_id")))


def table(found: list[Entry]) -> str:
    """For a terminal: aligned columns, and below them how many tasks there are of each role."""
    rows = [
        (
            *(entry.id, entry.name, entry.group, entry.role, " + ".join(entry.datasets), entry.output),
            ", ".join(entry.metrics) or NONE,
            *(_count(entry.instances.get(split)) for split in ("train", "validation", "test")),
        )
        for entry in found
    ]
    roles = {role: sum(entry.role == role for entry in found) for role in ("train", "eval", "extra")}
    total = ", ".join(f"{count} {role}" for role, count in roles.items())
    return f"{terminal.table(HEADER, rows, WIDTHS)}\n{len(found)} tasks: {total}\n"


def _count(instances: int | None) -> str:
    return NONE if instances is None else f"{instances:,}"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m workflow_scripts.tasks", description="A table of all tasks")
    parser.add_argument("--json", action="store_true", help="as a list of objects")
    parser.add_argument("--results", type=Path, default=Path("results"), help="where the workflow's results are")
    given = parser.parse_args()
    try:
        found = entries(given.results)
    except BadInput as error:
        sys.exit(f"{type(error).__name__}: {error}")
    if given.json:
        print(json.dumps([asdict(entry) for entry in found], indent=1))
    else:
        print(table(found), end="")


if __name__ == "__main__":
    main()
