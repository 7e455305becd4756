"""The first draft of a task: a module and its templates, which run and are then edited.

python -m workflow_scripts.tasks.new spotting --group grounded_matching --dataset mscoco --output choice
"""

import argparse
import keyword
import re
import sys
import typing
from pathlib import Path

from workflow_scripts.datasets.registry import load_dataset
from workflow_scripts.errors import BadConfig, BadInput
from workflow_scripts.files import write_text
from workflow_scripts.instructions.templates import COUNT
from workflow_scripts.tasks.base import SPLITS, Output, Role
from workflow_scripts.tasks.registry import task_ids

_FOLDER = Path(__file__).parent
_ID = re.compile(r"[a-z][a-z0-9_]*")
_ALL = "(0.0, 0.0, float(record.width), float(record.height))"
_LEFT = "(0.0, 0.0, record.width / 2, float(record.height))"
_RIGHT = "(record.width / 2, 0.0, float(record.width), float(record.height))"

# By output: the slots, the metrics, the lines that make the answer. They hold for every record, and mean nothing yet.
_DRAFTS: dict[str, tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]] = {
    "text": (("TEXT",), ("rouge_l",), ('target="an answer"', 'references=("an answer",)')),
    "choice": (("TEXT", "OPTION"), ("accuracy",), ('**yes_or_no(draw.coin(purpose="answer"))',)),
    "multi_choice": (
        ("TEXT", "OPTION"),
        ("set_accuracy",),
        ('options=("one", "two", "none")', 'target="one, two"', 'references=("one, two",)'),
    ),
    "region": (("TEXT",), ("iou_accuracy",), (f"target_regions=({_ALL},)",)),
    "regions": (("TEXT",), ("region_f1",), (f"target_regions=({_LEFT}, {_RIGHT})",)),
    "region_choice": (
        ("TEXT", "OPTION"),
        ("accuracy",),
        (f'option_regions=tuple(draw.shuffled([{_LEFT}, {_RIGHT}], purpose="options"))', f"target_regions=({_LEFT},)"),
    ),
    "image": (("TEXT",), (), (f"target_crop={_ALL}",)),
}


def module_text(name: str, *, dataset: str, role: str, output: str) -> str:
    """The draft of a task's module."""
    record = load_dataset(dataset).record
    slots, metrics, answer = _DRAFTS[output]
    helpers = "picture_of, yes_or_no" if output == "choice" else "picture_of"
    fields = "".join(f"        {line},\n" for line in answer)
    return f'''"""{name}: TODO say in a sentence what is asked."""

from collections.abc import Iterator

from {record.__module__} import {record.__name__}
from workflow_scripts.tasks.base import Draw, Instance, Task, {helpers}


def derive(record: {record.__name__}, draw: Draw) -> Iterator[Instance]:
    """TODO: which instances a record gives, most wanted first, and which records give none."""
    yield Instance(
        instance_id=record.record_id,
        **picture_of(record),
        text=f"TODO: the question about {{record.record_id}}",
{fields}    )


TASK = Task(
    name="{name}",
    dataset="{dataset}",
    role="{role}",
    output="{output}",
    slots=frozenset({{{", ".join(f'"{slot}"' for slot in slots)}}}),
    metrics=({"".join(f'"{metric}", ' for metric in metrics).rstrip() if metrics else ""}),
    derive=derive,
    source="TODO: where the task comes from",
)
'''


def templates_text(output: str) -> str:
    """The draft of a task's templates, as YAML."""
    slots = " ".join(f"<{slot}>" for slot in _DRAFTS[output][0])
    lines = [f'  - "TODO: say it in your own words, {number}: {slots}"\n' for number in range(1, COUNT + 1)]
    return "templates:\n" + "".join(lines)


def create(task_id: str, *, group: str, dataset: str, role: str, output: str) -> list[Path]:
    """Write module and templates. Raises BadConfig where a name will not do or is taken."""
    for what, name in (("task", task_id), ("group", group)):
        if not _ID.fullmatch(name) or keyword.iskeyword(name):
            raise BadConfig(f"{name!r} is no name for a {what}", fix="lower case letters, digits and _")
    if task_id in task_ids():
        raise BadConfig(f"there is a task {task_id} already")
    if missing := set(SPLITS[role]) - set(load_dataset(dataset).splits):
        raise BadConfig(f"{dataset} has no split {', '.join(sorted(missing))}, which a task of role {role} needs")
    name = task_id.replace("_", " ").title()
    module, templates = (_FOLDER / group / f"{task_id}{suffix}" for suffix in (".py", ".yaml"))
    module.parent.mkdir(exist_ok=True)
    (module.parent / "__init__.py").touch()
    write_text(templates, templates_text(output))
    write_text(module, module_text(name, dataset=dataset, role=role, output=output))
    return [module, templates]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m workflow_scripts.tasks.new", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("task", help="its id: lower case, words joined by _")
    parser.add_argument("--group", required=True, help="a folder of workflow_scripts/tasks, or a new one")
    parser.add_argument("--dataset", required=True, help="id of the dataset whose records it is derived from")
    parser.add_argument("--role", choices=typing.get_args(Role), default="train")
    parser.add_argument("--output", choices=typing.get_args(Output), default="text")
    given = parser.parse_args()
    try:
        made = create(given.task, group=given.group, dataset=given.dataset, role=given.role, output=given.output)
    except BadInput as error:
        sys.exit(f"{type(error).__name__}: {error}")
    for path in made:
        print(path.relative_to(_FOLDER.parent.parent))


if __name__ == "__main__":
    main()
