"""A made-up run, built once: inputs of the report, and the page they give."""

import pytest

from workflow_scripts.report import work
from workflow_scripts.stages.report import main

from . import world


@pytest.fixture(scope="session")
def run(tmp_path_factory):
    """The stage's arguments but `out` and `tex`, for the files of world.build."""
    return world.build(tmp_path_factory.mktemp("run"))


@pytest.fixture(scope="session", autouse=True)
def revision():
    """Somebody may commit while tests run."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(work, "revision", lambda: "0123456789ab")
        yield


@pytest.fixture(scope="session")
def made(run, tmp_path_factory):
    """The folder with report.html and the LaTeX tables of that run."""
    folder = tmp_path_factory.mktemp("page")
    main(**run, out=folder / "report.html", tex=[folder / f"{name}.tex" for name in world.TEX])
    return folder


@pytest.fixture(scope="session")
def page(made):
    return (made / "report.html").read_text(encoding="utf-8")
