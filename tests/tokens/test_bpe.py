"""Text to ids and back, and where each kind of token lies among the ids."""

import hashlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow_scripts.errors import BadData
from workflow_scripts.tokens.bpe import FILES, TextTokenizer, train
from workflow_scripts.tokens.vocabulary import Vocabulary

CORPUS = ["a red dog on the green grass", "two dogs and a cat on the grass", "is the dog red? yes, the dog is red"] * 20
TEXTS = st.text(st.characters(codec="utf-8"), max_size=40).filter(lambda t: "<bin_" not in t and "<code_" not in t)


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("tokenizer")
    assert train(CORPUS, symbols=280, folder=folder) == 280
    return folder


@pytest.fixture(scope="module")
def tokenizer(folder) -> TextTokenizer:
    return TextTokenizer(folder)


@given(text=TEXTS)
def test_any_text_comes_back(tokenizer, text):
    ids = tokenizer.encode(text)
    assert all(4 <= i < tokenizer.vocabulary.mask for i in ids)
    assert tokenizer.decode(ids) == text.strip()


def test_training_merges_what_is_frequent(tokenizer):
    assert len(tokenizer.encode("the dog")) == 2
    assert len(tokenizer.encode("zqx")) == 4  # a blank and three letters


def test_training_twice_gives_the_same_files(folder, tmp_path):
    train(iter(CORPUS), symbols=280, folder=tmp_path)
    for name in FILES:
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes()


def test_locations_and_codes_are_single_tokens(tokenizer):
    v = tokenizer.vocabulary
    ids = tokenizer.encode("the dog at <bin_0> <bin_999>||||<code_8191> is red")
    placed = [v.first_bin, v.first_bin + 999, v.first_code + 8191]
    assert [i for i in ids if i > v.mask] == placed
    assert tokenizer.decode(ids) == "the dog at <bin_0> <bin_999> |||| <code_8191> is red"
    assert tokenizer.encode("<bin_3> <bin_4>") == [v.first_bin + 3, v.first_bin + 4]


@given(st.lists(st.integers(0, 999), min_size=1, max_size=8), TEXTS)
def test_boxes_after_a_text_come_back(tokenizer, bins, text):
    spelt = " ".join(f"<bin_{b}>" for b in bins)
    assert tokenizer.decode(tokenizer.encode(f"{text} {spelt}")) == f"{text.strip()} {spelt}".strip()


@pytest.mark.parametrize(
    ("text", "last"), [("<bin_1000>", "<bin_999>"), ("<bin_007>", "<bin_999>"), ("<code_8192>", "<code_8191>")]
)
def test_token_outside_the_vocabulary(tokenizer, text, last):
    with pytest.raises(ValueError, match=f"{text} is outside the vocabulary: the last is {last}"):
        tokenizer.encode(text)


def test_specials_vanish_when_decoded(tokenizer):
    ids = tokenizer.encode("red dog")
    assert tokenizer.decode([0, *ids, 2, 1, 1, tokenizer.vocabulary.mask]) == "red dog"


def test_layout_is_the_released_one():
    released = Vocabulary(50260)
    assert (released.mask, released.first_code, released.first_bin, released.size) == (50264, 50265, 58457, 59457)


def test_layout_of_a_trained_tokenizer(tokenizer):
    v = tokenizer.vocabulary
    assert (v.dict_lines, v.mask, v.first_code) == (280, 284, 285)
    assert v.first_bin == v.first_code + 8192
    assert v.size == v.first_bin + 1000


@pytest.mark.parametrize("name", FILES)
def test_missing_file(folder, tmp_path, name):
    for other in set(FILES) - {name}:
        (tmp_path / other).write_bytes((folder / other).read_bytes())
    with pytest.raises(BadData, match=f"cannot read the tokenizer: .*{name}") as caught:
        TextTokenizer(tmp_path)
    assert caught.value.file == tmp_path


def test_files_that_do_not_fit_together(folder, tmp_path):
    for name in FILES:
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    (tmp_path / "dict.txt").write_text("0 1\n90000 1\nmadeupword0000 0\n")
    with pytest.raises(BadData, match=r"ids \[90000\] of dict.txt are not in encoder.json"):
        TextTokenizer(tmp_path)


def test_padding_words_take_a_line_and_no_symbol(folder, tmp_path):
    for name in FILES:
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    with open(tmp_path / "dict.txt", "a") as file:
        file.write("madeupword0000 0\n")
    padded = TextTokenizer(tmp_path)
    assert padded.vocabulary.dict_lines == 281
    assert padded.decode(padded.encode("red dog")) == "red dog"


def test_fixture_of_the_original_has_the_layout_of_the_vocabulary(ofa_fixtures):
    order = np.load(ofa_fixtures / "tokenizer/dict_order.npz")["gpt2_id_of_dict_line"]
    assert Vocabulary(len(order)).size == 59457
    assert (
        hashlib.sha256(np.sort(order[order != 65535]).tobytes()).hexdigest()
        == hashlib.sha256(np.arange(50257, dtype=order.dtype).tobytes()).hexdigest()
    )
