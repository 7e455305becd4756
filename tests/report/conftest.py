"""A made-up run, built once: inputs of the report, and the page they give."""

import pytest

from workflow_scripts.stages.report import main

from . import world


@pytest.fixture(scope="session")
def run(tmp_path_factory):
    """The stage's arguments but `out`, for the files of world.build."""
    return world.build(tmp_path_factory.mktemp("run"))


@pytest.fixture(scope="session")
def page(run, tmp_path_factory):
    out = tmp_path_factory.mktemp("page") / "report.html"
    main(**run, out=out)
    return out.read_text(encoding="utf-8")
