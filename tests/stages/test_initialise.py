"""The base model: a checkpoint that was given, or fresh weights."""

import pytest
import torch

from tests.conftest import load_config
from workflow_scripts.config import check
from workflow_scripts.errors import BadConfig, BadData
from workflow_scripts.models.ofa.building import fresh, save
from workflow_scripts.models.ofa.checkpoints import load
from workflow_scripts.models.ofa.sizes import FILES
from workflow_scripts.models.ofa.sources import files_of
from workflow_scripts.stages import initialise
from workflow_scripts.stages.plan import Plan
from workflow_scripts.tokens.bpe import TextTokenizer, train
from workflow_scripts.tokens.vocabulary import FILES as TOKENIZER_FILES
from workflow_scripts.tokens.vocabulary import Vocabulary


@pytest.fixture
def tokenizer(tmp_path):
    train(["a red dog"], symbols=260, folder=tmp_path / "tokenizer")
    return [tmp_path / "tokenizer" / name for name in TOKENIZER_FILES]


def run(tmp_path, tokenizer, base=(), code_image_size=32) -> str:
    out = [tmp_path / "ofa" / name for name in FILES]
    settings = {"code_image_size": code_image_size}
    return initialise.main(size="ofa_nano", seed=0, settings=settings, tokenizer=tokenizer, base=base, out=out)


def test_a_given_checkpoint_is_taken(tmp_path, tokenizer):
    given = fresh("ofa_nano", seed=1, vocabulary=TextTokenizer(tokenizer[0].parent).vocabulary)
    save(given, tmp_path / "given")
    assert run(tmp_path, tokenizer, files_of(tmp_path / "given")).startswith("given, ")
    made = load(tmp_path / "ofa")
    assert all(torch.equal(a, b) for a, b in zip(made.state_dict().values(), given.state_dict().values(), strict=True))
    assert made.config.code_image_size == 32


def test_a_checkpoint_of_another_vocabulary_is_refused(tmp_path, tokenizer):
    save(fresh("ofa_nano", seed=1, vocabulary=Vocabulary(7)), tmp_path / "given")
    with pytest.raises(BadConfig, match=r"vocabulary of 9204, the tokenizer one of 9457") as caught:
        run(tmp_path, tokenizer, files_of(tmp_path / "given"))
    assert "tokens.files" in caught.value.fix


@pytest.mark.parametrize("given", [True, False])
def test_more_codes_than_the_model_has_positions_for_are_refused(given, tmp_path, tokenizer):
    save(fresh("ofa_nano", seed=1, vocabulary=TextTokenizer(tokenizer[0].parent).vocabulary), tmp_path / "given")
    with pytest.raises(BadConfig, match="code_image_size=512 must be a multiple of 8 between 8 and 336"):
        run(tmp_path, tokenizer, files_of(tmp_path / "given") if given else (), code_image_size=512)
    assert not (tmp_path / "ofa").exists()


def test_the_configuration_names_the_checkpoint(tmp_path):
    save(fresh("ofa_nano", seed=1, vocabulary=Vocabulary(7)), tmp_path / "given")
    plan = Plan(check(load_config({"model": {"base": str(tmp_path / "given")}})))
    assert plan.base == [str(tmp_path / "given" / name) for name in ("config.json", "model.safetensors")]
    with pytest.raises(BadData, match=r"no config\.json in it"):
        Plan(check(load_config({"model": {"base": str(tmp_path)}})))
    assert Plan(check(load_config({"model": {"base": None}}))).base == []
