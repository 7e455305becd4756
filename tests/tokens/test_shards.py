"""Examples to shards: what is cut is counted, and every instance is in one shard."""

import pytest

from workflow_scripts import schemas
from workflow_scripts.stages import tokenise
from workflow_scripts.tokens.bpe import FILES, TextTokenizer, train
from workflow_scripts.tokens.shards import shard_of, shard_rows


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tokenizer")
    train(["a b c d"], symbols=256, folder=folder)  # a byte is a token
    return folder


@pytest.fixture(scope="module")
def tokenizer(folder) -> TextTokenizer:
    return TextTokenizer(folder)


def example(instance: str, instruction: int, prompt: str, **fields) -> dict:
    row = dict.fromkeys(schemas.EXAMPLES.names) | {"references": ["yes"], "options": [], "target": "yes"}
    return row | {"instance_id": instance, "instruction": instruction, "prompt": prompt} | fields


def rows(tokenizer, examples, *, max_source=20, max_target=20, codes=()) -> list[dict]:
    def codes_of(several):
        return [list(codes) for _ in several]

    return list(shard_rows(examples, tokenizer, max_source=max_source, max_target=max_target, codes_of=codes_of))


def test_one_row_an_instance_with_all_its_prompts(tokenizer):
    found = rows(tokenizer, [example("1", 0, "ab"), example("1", 1, "abc"), example("2", 0, "d")])
    assert [(r["instance_id"], [len(s) for s in r["sources"]]) for r in found] == [("1", [3, 4]), ("2", [2])]
    assert [tokenizer.decode(s) for s in found[0]["sources"]] == ["ab", "abc"]
    assert tokenizer.decode(found[0]["target"]) == found[0]["target_text"] == "yes"
    assert set(found[0]) == set(schemas.SHARDS.names)


def test_the_prompt_by_name_is_there_once_or_not_at_all(tokenizer):
    named = [example("1", i, "ab", name_prompt="d" * 18) for i in range(2)]
    found = rows(tokenizer, [*named, example("2", 0, "ab")])
    assert tokenizer.decode(found[0]["name_source"]) == "d" * 17  # cut, and counted once
    assert [row["truncated"] for row in found] == [1, 0]
    assert found[1]["name_source"] is None


def test_bos_and_eos_count_and_what_is_cut_is_counted(tokenizer):
    fits, longer = "a" * 17, "a" * 18  # and the blank before it, bos and eos
    found = rows(tokenizer, [example("1", 0, fits), example("1", 1, longer), example("1", 2, longer * 2)])
    assert [len(s) for s in found[0]["sources"]] == [18, 18, 18]
    assert found[0]["truncated"] == 2
    [cut] = rows(tokenizer, [example("1", 0, fits, target="b" * 9)], max_target=11)
    assert (len(cut["target"]), cut["truncated"]) == (9, 1)
    [whole] = rows(tokenizer, [example("1", 0, fits, target="b" * 8)], max_target=11)
    assert (len(whole["target"]), whole["truncated"]) == (9, 0)


def test_picture_codes(tokenizer):
    crop = [0.0, 0.0, 1.0, 1.0]
    [found] = rows(tokenizer, [example("1", 0, "cut", target=None, target_crop=crop)], codes=[0, 8191])
    first = tokenizer.vocabulary.first_code
    assert (found["target"], found["target_is_code"]) == ([first, first + 8191], True)
    assert found["target_text"] is None


@pytest.mark.parametrize(("position", "shard"), [(0, 0), (4, 0), (5, 1), (9, 1), (10, 2), (14, 2), (15, 2)])
def test_shard_of(position, shard):
    assert shard_of(position, instances_per_shard=5, shards=3) == shard


def test_stage_fills_shards_in_order_and_writes_empty_ones(folder, tmp_path):
    made = [example(str(n), i, f"prompt {n}") for n in range(5) for i in range(2)]
    schemas.write(made, schemas.EXAMPLES, tmp_path / "examples.parquet")
    outs = [tmp_path / f"{n}.parquet" for n in range(4)]
    said = tokenise.main(
        max_source=7, max_target=20, instances_per_shard=2, shards=[4],
        examples=[tmp_path / "examples.parquet"], tokenizer=[folder / name for name in FILES], out=outs,
    )  # fmt: skip
    ids = [schemas.column(out, "instance_id") for out in outs]
    assert ids == [["0", "1"], ["2", "3"], ["4"], []]
    assert said == "5 instances in 4 shards, 10 texts cut"
