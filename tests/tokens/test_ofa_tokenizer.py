"""OFA's tokenizer against the ids that the original gives."""

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers import AutoTokenizer

from workflow_scripts.files import sha256
from workflow_scripts.models.ofa.configuration import OFAConfig
from workflow_scripts.stages import tokenizer as stage
from workflow_scripts.tokens.bpe import TextTokenizer
from workflow_scripts.tokens.ofa_tokenizer import OFATokenizer
from workflow_scripts.tokens.vocabulary import FILES, RELEASED

INLINE = re.compile(r"\s*<(?:bin|code)_\d+>|<(?:s|/s|pad|unk|mask)>")
PIECES = st.sampled_from(
    [" a dog", "A ", "||||", "\n", "é", "<bin_0>", " <bin_999>", "  <code_8191>", "<bin_12><bin_3>"]
)


@pytest.fixture(scope="module")
def tokenizer(released_bpe) -> OFATokenizer:
    return OFATokenizer.from_files(released_bpe)


@pytest.fixture(scope="module")
def text_tokenizer(released_bpe) -> TextTokenizer:
    return TextTokenizer(released_bpe)


@pytest.fixture
def strings(ofa_fixtures) -> list[dict]:
    return json.loads((ofa_fixtures / "tokenizer/strings.json").read_text())["strings"]


def plain(tokenizer: OFATokenizer, text: str) -> list[int]:
    return tokenizer(text, add_special_tokens=False)["input_ids"]


def test_the_bpe_files_are_the_released_ones(released_bpe):
    assert [sha256(released_bpe / name) for name in FILES[:2]] == list(RELEASED[:2])


def test_vocabulary_is_the_released_one(tokenizer):
    assert len(tokenizer) == 59457
    ids = {
        "<s>": 0,
        "<pad>": 1,
        "</s>": 2,
        "<unk>": 3,
        "<|endoftext|>": 50260,
        "madeupword0002": 50263,
        "<mask>": 50264,
    }
    ids |= {"<code_0>": 50265, "<code_8191>": 58456, "<bin_0>": 58457, "<bin_999>": 59456}
    assert tokenizer.convert_tokens_to_ids(list(ids)) == list(ids.values())
    names = ("bos", "pad", "eos", "unk", "mask")
    assert [getattr(tokenizer, f"{name}_token_id") for name in names] == [0, 1, 2, 3, 50264]


def test_texts_have_the_original_ids(tokenizer, strings):
    compared = [case for case in strings if not INLINE.search(case["text"])]
    assert len(compared) > 30
    for case in compared:
        text = case["text"]
        assert plain(tokenizer, text) == case["ids"], text
        assert [0, *plain(tokenizer, text)[:16], 2] == case["ids_len16_bos_eos"], text
        assert tokenizer(text)["input_ids"] == [0, *case["ids"], 2], text
        assert tokenizer.decode(case["ids"]) == case["decoded_from_ids"], text


def test_with_nothing_special_every_string_has_the_original_ids(tokenizer, strings):
    assert len(strings) == 48
    for case in strings:
        found = tokenizer(case["text"], add_special_tokens=False, split_special_tokens=True)["input_ids"]
        assert found == case["ids"], case["text"]
        assert tokenizer.decode(found, skip_special_tokens=True) == case["decoded_from_ids"]


def test_answers_keep_their_places_when_specials_vanish(tokenizer):
    ids = [0, 10, 58457, 59456, 50265, 16, 50264, 2, 1]
    assert tokenizer.decode(ids, skip_special_tokens=True) == " a<bin_0><bin_999><code_0> is"


def test_where_the_port_gives_other_ids(tokenizer, strings):
    """The port leaves blanks before specials, and drops the one behind a place; else inline tokens are as ours."""
    cases = {case["text"]: case["hf_port_ids"] for case in strings if "hf_port_ids" in case}
    others = {text for text, ids in cases.items() if plain(tokenizer, text) != ids}
    assert len(cases) == 8
    assert {text.split()[0] for text in others} == {"<s>", "what", "<code_0>"}
    assert len(others) == 3


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("<bin_242> <bin_13> <bin_999> <bin_0>", [58699, 58470, 59456, 58457]),
        ("<bin_242><bin_13>", [58699, 58470]),
        ("<code_0> <code_8191>", [50265, 58456]),
        ("<s> </s> <pad> <unk>", [0, 2, 1, 3]),
        (" a <mask> on a mat", [10, 50264, 15, 10, 7821]),
        (" region: <bin_242> <bin_13>", [976, 35, 58699, 58470]),
        ("<bin_1000>", [41552, 9413, 1215, 20078, 15698]),  # none of ours: plain text
    ],
)
def test_inline_tokens_are_single_ids_without_stray_blanks(text, ids, tokenizer, strings):
    assert plain(tokenizer, text) == ids
    known = {case["text"]: case for case in strings}
    if text in known and " " in text:  # what the original gives for these symbols alone
        assert known[text]["ids_no_bpe"] == ids


@settings(max_examples=200)
@given(st.lists(PIECES, max_size=8).map("".join))
def test_the_workflows_tokenizer_gives_the_same_ids(tokenizer, text_tokenizer, text):
    assert text_tokenizer.encode(text) == plain(tokenizer, " " + text.strip())


def test_saved_and_loaded_it_stays_the_same(tokenizer, tmp_path):
    tokenizer.save_pretrained(tmp_path)
    OFAConfig().save_pretrained(tmp_path)
    text = " which region? <bin_1> <bin_2> a <mask> dog"
    AutoTokenizer.register(OFAConfig, fast_tokenizer_class=OFATokenizer, exist_ok=True)  # models.ofa.processing does
    for again in (OFATokenizer.from_pretrained(tmp_path), AutoTokenizer.from_pretrained(tmp_path)):
        assert isinstance(again, OFATokenizer)
        assert again.all_special_ids == tokenizer.all_special_ids
        for literal in (False, True):
            assert (
                again(text, split_special_tokens=literal)["input_ids"]
                == (tokenizer(text, split_special_tokens=literal)["input_ids"])
            )
        assert len(again) == 59457


def test_the_stage_says_whether_the_files_are_the_released_ones(released_bpe, tmp_path, monkeypatch):
    files = [released_bpe / name for name in FILES]
    out = [tmp_path / name for name in FILES]
    done = stage.main(symbols=0, released=files, out=out)
    assert done == "50260 symbols, not those of the released OFA"  # our dict.txt has other counts
    monkeypatch.setattr(stage, "RELEASED", (*RELEASED[:2], sha256(files[2])))
    assert stage.main(symbols=0, released=files, out=out) == "50260 symbols, those of the released OFA"
