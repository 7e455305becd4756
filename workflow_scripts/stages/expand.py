"""Put every instance of a task under each of its instructions."""

from workflow_scripts import schemas
from workflow_scripts.instructions.render import examples
from workflow_scripts.stages.entry import In, Out, run_stage


def main(*, templates: list[str], scale: float, instances: In, out: Out) -> str:
    """Write the examples: one per instance and template, or one per instance that brings its own instruction."""
    rows = (
        example
        for instance in schemas.read(instances, schemas.INSTANCES)
        for example in examples(instance, templates, scale=scale)
    )
    made = schemas.write(rows, schemas.EXAMPLES, out)
    return f"{made} examples"


if __name__ == "__main__":
    run_stage(main)
