"""The five instruction templates of each task: reading and checking them.

A template file is YAML with the key `templates`, a list of exactly five texts, and, where one of them has to be much
like another task's, the key `alike`, a text that says why (a test asks for it). <SLOT>s are filled when an instance is
rendered (render.py). All problems of all files are reported together, each with file and line.
"""

import re
from collections.abc import Iterable
from pathlib import Path

import yaml

from workflow_scripts.errors import BadConfig
from workflow_scripts.tasks.base import Task

COUNT = 5
KEYS = ("templates", "alike")
TEXT_SLOTS = ("TEXT", "CONTEXT", "METHOD", "RELATION", "ANSWER")  # filled by the instance's field of that name
SLOTS = (*TEXT_SLOTS, "REGION", "SUBJECT", "OBJECT", "OPTION")
SLOT = re.compile(r"<([A-Za-z][A-Za-z0-9_]*)>")
_STRAY = re.compile(r"[<>{}\\]|\s\s|^\s|\s$|[\n\t]")


def load_templates(task: Task) -> tuple[str, ...]:
    """A task's templates. Raises BadConfig with everything that is wrong with them."""
    templates, problems = _read(task, task.templates_file)
    if problems:
        raise BadConfig("\n".join(problems))
    return templates


def check_all(tasks: Iterable[Task]) -> None:
    """Raises BadConfig with everything that is wrong with the templates of any of the tasks."""
    problems = [p for task in tasks if not task.own_instruction for p in _read(task, task.templates_file)[1]]
    if problems:
        raise BadConfig("\n".join(problems))


def _read(task: Task, path: Path) -> tuple[tuple[str, ...], list[str]]:
    where = "/".join(path.parts[-4:])
    try:
        root = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except FileNotFoundError:
        return (), [f"{where}: missing; task {task.id} needs {COUNT} templates there"]
    except yaml.YAMLError as error:
        return (), [f"{where}: not YAML: {' '.join(str(error).split())}"]
    if not isinstance(root, yaml.MappingNode):
        return (), [f"{where}: expected the key templates"]
    found = {key.value: value for key, value in root.value}
    if "templates" not in found or not set(found) <= set(KEYS) or len(found) < len(root.value):
        keys = [key.value for key, _ in root.value]
        return (), [f"{where}:{root.start_mark.line + 1}: keys are {keys}, expected ['templates'], once"]
    return _check(task, where, found["templates"])


def _check(task: Task, where: str, node: yaml.Node) -> tuple[tuple[str, ...], list[str]]:
    items = node.value if isinstance(node, yaml.SequenceNode) else []
    texts = [item.value if isinstance(item, yaml.ScalarNode) else "" for item in items]
    problems = []
    if len(texts) != COUNT:
        problems.append(f"{where}:{node.start_mark.line + 1}: {len(texts)} templates, expected {COUNT}")
    for number, (item, text) in enumerate(zip(items, texts), start=1):
        at = f"{where}:{item.start_mark.line + 1}: template {number}"
        problems += [f"{at}: {problem}: {text!r}" for problem in _problems(task, text)]
        if text.lower() in (t.lower() for t in texts[: number - 1]):
            problems.append(f"{at}: the same as an earlier one: {text!r}")
    return tuple(texts), problems


def _problems(task: Task, text: str) -> list[str]:
    used = SLOT.findall(text)
    found = []
    if not text.strip():
        found.append("is empty or no text")
    if unknown := sorted(set(used) - task.slots):
        known = ", ".join(f"<{s}>" for s in SLOTS if s in task.slots) or "no slot"
        found.append(f"{_spelt(unknown)} is not filled by this task, which has {known}")
    if missing := sorted(task.slots - set(used)):
        found.append(f"{_spelt(missing)} is missing")
    if twice := sorted({s for s in used if used.count(s) > 1}):
        found.append(f"{_spelt(twice)} occurs more than once")
    if "OPTION" in used and not text.endswith("<OPTION>"):
        found.append("<OPTION> must come last")
    if stray := _STRAY.search(SLOT.sub("x", text)):
        found.append(f"stray {stray[0]!r}")
    return found


def _spelt(slots: Iterable[str]) -> str:
    return ", ".join(f"<{slot}>" for slot in slots)
