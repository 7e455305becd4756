import subprocess
import sys

import pytest

from workflow_scripts.errors import BadConfig
from workflow_scripts.tasks.answers import all_different, normal
from workflow_scripts.tasks.registry import load_task, task_ids


def test_unknown_task():
    with pytest.raises(BadConfig, match=r"no task .countng.; there are .*counting"):
        load_task("countng")


def test_registry_imports_nothing_heavy():
    """The Snakefile needs it at each start."""
    code = (
        "import sys; from workflow_scripts.tasks.registry import load_tasks; load_tasks();"
        "print([m for m in ('torch', 'transformers', 'pandas') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_ids_are_unique():
    assert len(set(task_ids())) == len(task_ids())


@pytest.mark.parametrize(
    ("text", "expected"),
    [(" The  Kite.", "kite"), ("A", "a"), ("an apple ", "apple"), ("theatre", "theatre"), ("U.S.", "u.s"), (".", "")],
)
def test_normal_form(text, expected):
    assert normal(text) == expected


def test_all_different():
    assert all_different(["A dog.", "cat"])
    assert not all_different(["A dog.", "the dog"])
