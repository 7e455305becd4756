"""What a code digest follows: imports, and of each module the code and not its comments. On a package made up here."""

import pytest

from workflow_scripts import provenance
from workflow_scripts.provenance import closure, code_digest, stage_digest

MODULES = {
    "__init__": "",
    "stages/__init__": "",
    "stages/count": '"""Counts."""\nfrom workflow_scripts.numbers import one\n\n\ndef main():\n    return one()\n',
    "stages/late": "def main():\n    import workflow_scripts.other\n",
    "stages/derive": "import json\n",
    "numbers": 'from workflow_scripts.deep import ONE\n\n\ndef one():\n    """One."""\n    return ONE  # really\n',
    "deep": "ONE = 1\n",
    "other": "TWO = 2\n",
    "tasks/__init__": "",
    "tasks/group/__init__": "",
    "tasks/group/guess": "from workflow_scripts.other import TWO\nTASK = TWO\n",
}


@pytest.fixture
def package(tmp_path, monkeypatch):
    """Writes modules of the package; digests are taken anew after each."""
    monkeypatch.setattr(provenance, "ROOT", tmp_path)

    def write(module: str, text: str) -> None:
        path = tmp_path / "workflow_scripts" / f"{module}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        provenance._parsed.cache_clear()
        stage_digest.cache_clear()

    for module, text in MODULES.items():
        write(module, text)
    yield write
    provenance._parsed.cache_clear()
    stage_digest.cache_clear()


def test_closure_follows_imports_everywhere(package):
    assert set(closure("workflow_scripts.stages.count")) == {
        *("workflow_scripts", "workflow_scripts.stages", "workflow_scripts.stages.count"),
        *("workflow_scripts.numbers", "workflow_scripts.deep"),
    }
    assert "workflow_scripts.other" in closure("workflow_scripts.stages.late")


@pytest.mark.parametrize(
    ("module", "text"),
    [
        ("stages/count", MODULES["stages/count"].replace("Counts.", "Counts up.")),
        ("numbers", MODULES["numbers"].replace('    """One."""\n', "")),
        ("numbers", MODULES["numbers"].replace("# really", "# truly")),
        ("numbers", MODULES["numbers"].replace("return ONE", "return (\n        ONE\n    )")),
        ("other", "TWO = 3\n"),
        ("tasks/group/guess", "TASK = 3\n"),
    ],
)
def test_what_changes_no_digest(package, module, text):
    before = stage_digest("count")
    package(module, text)
    assert stage_digest("count") == before


@pytest.mark.parametrize(
    ("module", "text"),
    [
        ("stages/count", MODULES["stages/count"].replace("one()", "one() + 1")),
        ("deep", "ONE = 2\n"),
        ("deep", "ONE = 1.0\n"),
        ("stages/__init__", "import sys\n"),
    ],
)
def test_what_changes_the_digest(package, module, text):
    before = stage_digest("count")
    package(module, text)
    assert stage_digest("count") != before


def test_digest_of_a_stage_for_a_task_follows_that_task(package):
    plain, before = stage_digest("derive"), stage_digest("derive", task="guess")
    package("other", "TWO = 3\n")
    assert stage_digest("derive") == plain
    assert stage_digest("derive", task="guess") != before


def test_digest_of_a_stage_depends_on_libraries(package, monkeypatch):
    before = stage_digest("count")
    monkeypatch.setattr("workflow_scripts.provenance.library_versions", lambda: {"python": "4.0"})
    stage_digest.cache_clear()
    assert stage_digest("count") != before


def test_missing_module_and_relative_import(package):
    with pytest.raises(ModuleNotFoundError, match=r"workflow_scripts\.absent"):
        code_digest("workflow_scripts.absent")
    package("numbers", "from . import deep\n")
    with pytest.raises(ImportError, match="relative imports are not followed"):
        stage_digest("count")


def test_stages_that_need_no_torch_do_not_depend_on_models():
    for stage in ("download", "read", "derive", "expand"):
        assert not [m for m in closure(f"workflow_scripts.stages.{stage}") if ".models" in m or ".training" in m]


def test_a_parsed_module_is_kept_and_believed_for_this_text_alone(package, tmp_path, monkeypatch):
    before = code_digest("workflow_scripts.other")
    provenance._parsed.cache_clear()
    monkeypatch.setattr(provenance, "_parse", None)
    assert code_digest("workflow_scripts.other") == before
    monkeypatch.undo()
    monkeypatch.setattr(provenance, "ROOT", tmp_path)
    for kept in (tmp_path / "workflow_scripts/__pycache__").glob("other.*.json"):
        kept.write_text(kept.read_text()[:20])
    package("other", MODULES["other"])
    assert code_digest("workflow_scripts.other") == before
    package("other", "TWO = 3\n")
    assert code_digest("workflow_scripts.other") != before
