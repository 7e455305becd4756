"""What is declared of released models."""

import re

import pytest

from workflow_scripts.files import sha256
from workflow_scripts.models.ofa.sizes import SIZES
from workflow_scripts.models.ofa.sources import files_of
from workflow_scripts.models.released import BPE, NANO_FILES, OFA_SIZES, RELEASES, SHIPPED, SUMS, VQGAN
from workflow_scripts.tokens.vocabulary import FILES, RELEASED


def test_all_sizes_that_were_released_are_declared():
    assert set(SIZES) - set(OFA_SIZES) == {"ofa_nano"}
    assert set(RELEASES) == {*OFA_SIZES, *(f"{size}_port" for size in OFA_SIZES), BPE, VQGAN, *NANO_FILES}


def test_what_ships_is_whole_and_small():
    files = [path for path in SHIPPED.rglob("*") if path.is_file() and path.name not in (SUMS, "README.md")]
    declared = {f"{release}/{file.name}": file.sha256 for release in NANO_FILES for file in RELEASES[release].files}
    assert {path.relative_to(SHIPPED).as_posix(): sha256(path) for path in files} == declared
    assert sum(path.stat().st_size for path in files) < 25e6


@pytest.mark.parametrize("release", [r for r in RELEASES if r not in NANO_FILES])
def test_declarations_are_complete_and_well_formed(release):
    declared = RELEASES[release]
    assert all((declared.title, declared.licence, declared.citation))
    assert declared.home.startswith("https://")
    names = [file.name for file in declared.files]
    assert names
    assert len(set(names)) == len(names)
    for file in declared.files:
        assert file.urls
        assert all(url.startswith("https://") for url in file.urls)
        assert file.plain
        assert re.fullmatch(r"\w+\.\w+", file.name)
        assert file.sha256 is None or re.fullmatch(r"[0-9a-f]{64}", file.sha256)


@pytest.mark.parametrize("release", [r for r in RELEASES if r in OFA_SIZES or r.endswith("_port")])
def test_a_declared_checkpoint_is_one_that_is_read(release, tmp_path):
    files = [tmp_path / file.name for file in RELEASES[release].files]
    for file in files:
        file.touch()
    assert files_of(files[0] if len(files) == 1 else tmp_path) == files


def test_the_bpe_files_are_those_that_the_tokenizer_stage_knows():
    assert [(file.name, file.sha256) for file in RELEASES[BPE].files] == list(zip(FILES, RELEASED, strict=True))
