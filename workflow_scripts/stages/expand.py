"""Put every instance of a task under each of its instructions."""

from workflow_scripts import schemas
from workflow_scripts.instructions.render import examples
from workflow_scripts.stages.entry import In, Out, run_stage


def main(*, templates: list[str], scale: float, instances: list[In], out: list[Out]) -> str:
    """Write the examples of each split: one per instance and template, or one per instance with its own instruction."""
    made = []
    for source, path in zip(instances, out, strict=True):
        rows = (
            example
            for instance in schemas.read(source, schemas.INSTANCES)
            for example in examples(instance, templates, scale=scale)
        )
        made.append(schemas.write(rows, schemas.EXAMPLES, path))
    return f"{' + '.join(map(str, made))} examples"


if __name__ == "__main__":
    run_stage(main)
