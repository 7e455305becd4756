"""Put every instance of a task under each of its instructions."""

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from workflow_scripts import schemas
from workflow_scripts.instructions.render import examples
from workflow_scripts.separation.fingerprints import read
from workflow_scripts.separation.held_out import HeldOut, pictures_of
from workflow_scripts.stages.entry import In, Out, run_stage


def main(
    *, templates: list[str], by_name: str | None = None, scale: float, max_instances: list[int], instances: list[In],
    held_out: list[In] = (), fingerprints: list[In] = (), out: list[Out],
) -> str:  # fmt: skip
    """Write the examples of each split: one per instance and template, or one per instance with its own instruction.

    by_name: the template that has the task's name in place of an instruction, if it is trained on so.
    max_instances: of each split; derive made some to spare. held_out: nothing, or what unseen tasks are evaluated on:
    instances that have a picture or a text in common with it are left out. fingerprints tell which pictures are alike.
    """
    done = []
    for source, most, path in zip(instances, max_instances, out, strict=True):
        rows = _kept(source, held_out, fingerprints) if held_out else schemas.read(source, schemas.INSTANCES)
        chosen = list(islice(rows, most))
        rows = (row for i in chosen for row in examples(i, templates, scale=scale, by_name=by_name))
        made = schemas.write(rows, schemas.EXAMPLES, path)
        done.append(f"{path.stem}: {made} examples of {len(chosen)} out of {schemas.rows_of(source)} instances")
    return "; ".join(done)


def _kept(instances: Path, held_out: Sequence[Path], fingerprints: Sequence[Path]) -> Iterator[dict]:
    """The instances that have nothing in common with what is held out."""
    rows = list(schemas.read(instances, schemas.INSTANCES))
    known = read(fingerprints, [image for row in rows for image in pictures_of(row)])
    [out] = map(HeldOut, held_out)
    return (row for row in rows if not out.leaks(row, known))


if __name__ == "__main__":
    run_stage(main)
