"""All tasks: one module each in a group's folder, found by its constant TASK; its YAML of templates lies beside it."""

import functools
import importlib
from pathlib import Path

from workflow_scripts.errors import BadConfig
from workflow_scripts.tasks.base import Task, placed

_FOLDER = Path(__file__).parent


@functools.cache
def _modules() -> dict[str, Path]:
    found = sorted(p for p in _FOLDER.glob("*/*.py") if "\nTASK = " in p.read_text(encoding="utf-8"))
    modules = {path.stem: path for path in found}
    if len(modules) < len(found):
        raise BadConfig(f"two tasks of one name among {[str(p.relative_to(_FOLDER)) for p in found]}")
    return modules


def task_ids() -> list[str]:
    return list(_modules())


def load_task(task_id: str) -> Task:
    if task_id not in _modules():
        raise BadConfig(f"no task {task_id!r}; there are {', '.join(_modules())}")
    path = _modules()[task_id]
    return placed(importlib.import_module(f"workflow_scripts.tasks.{path.parent.name}.{path.stem}").TASK, path)


def load_tasks() -> dict[str, Task]:
    """Every task by id, in the order of groups and names."""
    return {task_id: load_task(task_id) for task_id in task_ids()}
