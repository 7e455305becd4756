"""A task's examples as the model sees them: the texts of its shards, decoded; with --html a page with the pictures too.

python -m workflow_scripts.report.inspection counting -n 3
python -m workflow_scripts.report.inspection counting -n 20 --split validation --html counting.html
"""

import argparse
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from workflow_scripts import schemas
from workflow_scripts.errors import BadInput
from workflow_scripts.files import write_text
from workflow_scripts.pictures import roots
from workflow_scripts.report.gallery import Item, Room, drawn
from workflow_scripts.report.page import render
from workflow_scripts.tasks.base import Task
from workflow_scripts.tasks.registry import load_task
from workflow_scripts.tokens.bpe import TextTokenizer

CODES = 12  # picture codes of a target that are printed


@dataclass(frozen=True)
class Example:
    """One instance under one of its instructions, decoded from its shard."""

    instance: Mapping  # its row of schemas.INSTANCES
    instruction: int  # from 0
    instructions: int
    source: str
    source_tokens: int
    target: str
    target_tokens: int
    others: tuple[str, ...]  # right answers, too
    truncated: int  # of the sources and the target

    def __str__(self) -> str:
        picture = self.instance["image"] or "no picture"
        if self.instance["mask"] is not None:
            picture += ", blacked out in part"
        lines = [
            f"{self.instance['instance_id']}   instruction {self.instruction + 1} of {self.instructions}   {picture}",
            f"  source, {self.source_tokens} tokens: {self.source}",
            f"  target, {self.target_tokens} tokens: {self.target}",
        ]
        lines += [f"  right, too: {'; '.join(self.others)}"] if self.others else []
        lines += [f"  {self.truncated} of its texts were cut"] if self.truncated else []
        return "\n".join(lines)


def examples(task: Task, split: str, results: Path) -> Iterator[Example]:
    """The split's instances in the order of its shards, the first under the first instruction and so on in turn."""
    shards = sorted((results / "shards" / task.id).glob(f"{split}-*.parquet"))
    if not shards:
        fix = f"run `snakemake --cores all task_{task.id}`"
        raise BadInput(f"{task.id} has no shards of split {split}", file=results / "shards" / task.id, fix=fix)
    text = TextTokenizer(results / "tokenizer")
    instances = schemas.read(results / "instances" / task.id / f"{split}.parquet", schemas.INSTANCES)
    rows = (row for shard in shards for row in schemas.read(shard, schemas.SHARDS))
    for number, row in enumerate(rows):
        instance = next(i for i in instances if i["instance_id"] == row["instance_id"])  # both are in the same order
        chosen = number % len(row["sources"])
        source = row["sources"][chosen]
        yield Example(
            instance=instance,
            instruction=chosen,
            instructions=len(row["sources"]),
            source=text.decode(source),
            source_tokens=len(source),
            target=_target(row, text),
            target_tokens=len(row["target"]),
            others=tuple(r for r in dict.fromkeys(row["references"]) if r != row["target_text"]),
            truncated=row["truncated"],
        )


def _target(row: Mapping, text: TextTokenizer) -> str:
    if row["target_is_code"] and len(row["target"]) > CODES:
        return f"{text.decode(row['target'][:CODES])} ... "
    return text.decode(row["target"])


def page(task: Task, split: str, found: list[Example], results: Path) -> str:
    """An HTML page of examples, with pictures, masks and boxes."""
    room = Room(roots(sorted(results.glob("raw/*/manifest.json"))))
    items = [
        Item(
            task=task.id,
            name=task.name,
            subtask=e.instance["subtask"],
            instance_id=e.instance["instance_id"],
            split=split,
            instruction=e.instruction + 1,
            prompt=e.source,
            target=e.target,
            outputs=(),
            **dict(zip(("picture", "crop", "boxes"), drawn(e.instance, (), room))),
        )
        for e in found
    ]
    about = f"{task.id}, {split}: {len(items)} instances, each under one of its instructions, as the model sees them"
    return render({"name": task.name, "about": about, "items": items, "variants": ()}, "inspection.html.j2")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m workflow_scripts.report.inspection", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("task")
    parser.add_argument("-n", type=int, default=3, help="instances to show")
    parser.add_argument("--split", help="train, validation or test; by default the task's first")
    parser.add_argument("--html", metavar="FILE", type=Path, help="write a page with the pictures")
    parser.add_argument("--results", type=Path, default=Path("results"), help="where the workflow's results are")
    given = parser.parse_args()
    try:
        task = load_task(given.task)
        split = given.split or task.splits[0]
        found = list(islice(examples(task, split, given.results), given.n))
        if given.html:
            write_text(given.html, page(task, split, found, given.results))
    except BadInput as error:
        sys.exit(f"{type(error).__name__}: {error}")
    print("\n\n".join(map(str, found)))
    if given.html:
        print(f"\n{given.html} has the pictures")


if __name__ == "__main__":
    main()
