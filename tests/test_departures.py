"""The page on departures from the published code names tests and tasks that there are."""

import re

from tests.conftest import PROJECT, TESTS
from workflow_scripts.tasks.registry import task_ids

PAGE = (PROJECT / "docs/departures.md").read_text(encoding="utf-8")
ROWS = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in PAGE.splitlines() if line.startswith("| ")]
ROWS = [row for row in ROWS if row[-1] != "shown by"]


def test_every_test_that_is_named_exists():
    there = {
        name for path in TESTS.rglob("test_*.py") for name in re.findall(r"^def (test_\w+)", path.read_text(), re.M)
    }
    named = set(re.findall(r"`(test_\w+)`", PAGE))
    assert len(named) > 80
    assert named - there == set()


def test_every_row_is_shown_by_a_test_or_is_a_decision_with_a_reason():
    assert len(ROWS) > 120
    assert [row for row in ROWS if len(row) != 4] == []
    answered = re.compile(r"`test_\w+`|decision: .+")
    assert [row for row in ROWS if not answered.search(row[3])] == []


def test_every_defect_that_all_tasks_shared_is_answered():
    answered = {int(number) for row in ROWS for number in re.findall(r"\bG(\d+)", row[0])}
    assert answered == set(range(1, 19))


def test_tasks_that_are_named_exist():
    named = set(re.findall(r"`([a-z]+(?:_[a-z]+)+)`", " ".join(row[0] for row in ROWS)))
    assert named - set(task_ids()) == set()
