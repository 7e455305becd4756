"""What a model is asked, and that nothing about how it is asked changes what it answers."""

import pytest
import torch

from workflow_scripts.evaluation.generation import Answerer, Settings
from workflow_scripts.models.batches import Pictures, source_ids
from workflow_scripts.models.ofa.beam_search import Search, option_scores, search
from workflow_scripts.models.ofa.checkpoints import load
from workflow_scripts.stages import evaluate

from .conftest import BOXES, SETTINGS, SIZE, predicted


def answerer(world, **settings) -> Answerer:
    pictures = Pictures({"drawn": world.folder / "pictures"}, SIZE)
    return Answerer(load(world.folder / "models/0"), world.text, pictures, Settings(**SETTINGS | settings))


def source(world, row: dict, instruction: int) -> dict:
    """The encoder's inputs of one example, picture and all."""
    pixels = Pictures({"drawn": world.folder / "pictures"}, SIZE).batch([row]).get("pixel_values")
    ids = source_ids([row["sources"][instruction]])
    return {"input_ids": ids} | ({} if pixels is None else {"pixel_values": pixels})


@pytest.mark.parametrize("task", ["seen", "read"])
def test_answers_are_those_of_one_example_at_a_time(world, task):
    rows, how = world.rows(task), Search(beams=3, max_len_b=6, no_repeat_ngram=3)
    model, text = load(world.folder / "models/0"), world.text
    alone = [
        [text.decode(search(model, how, **source(world, row, n))[0][0].tokens) for n in range(3)] for row in rows
    ]  # fmt: skip
    assert len({output for several in alone for output in several}) > 3  # it matters what is asked
    for size in (4, 100):
        assert answerer(world, batch_size=size).outputs(rows) == alone


def test_each_picture_is_encoded_once(world, monkeypatch):
    asked = answerer(world)
    model, seen = asked._model, []
    encode = model.get_image_features
    monkeypatch.setattr(model, "get_image_features", lambda pixels: seen.append(len(pixels)) or encode(pixels))
    rows = world.rows("seen")
    masked = rows[0] | {"mask": [0.0, 0.0, 16.0, 16.0]}  # what is seen of it is another picture
    asked.outputs([*rows, masked])
    assert sum(seen) == 3 + 1
    asked.outputs(world.rows("read"))
    assert sum(seen) == 4


def test_a_constrained_answer_is_an_option(world):
    asked = answerer(world, no_repeat_ngram=1)  # no option may be lost to it
    for row, several in zip(world.rows("seen"), asked.outputs(world.rows("seen"), "constrained")):
        assert set(several) <= set(row["options"])


def test_a_ranked_answer_is_the_most_likely_option(world):
    model, text = load(world.folder / "models/0"), world.text
    for row, several in zip(world.rows("seen"), answerer(world).outputs(world.rows("seen"), "ranked")):
        options = [text.encode(option) for option in row["options"]]
        for n, output in enumerate(several):
            [scores] = option_scores(model, [options], **source(world, row, n))
            assert scores.exp().sum() == pytest.approx(1)  # shared among the options
            assert output == row["options"][int(scores.argmax())]


def test_the_stage_writes_every_answer_in_order(world):
    said, [seen, read] = world.evaluate(modes=["free", "ranked"])
    assert said == "2 tables of predictions made, 0 taken from the memo"
    rows = predicted(seen)
    asked = [(row["mode"], row["instance_id"], row["instruction"]) for row in rows]
    every = [(f"seen/{i}", n) for i in range(7) for n in range(3)]
    assert asked == [(mode, *each) for mode in ("free", "ranked") for each in every]
    assert {row["output"] for row in rows if row["mode"] == "ranked"} <= {*BOXES, "red dog", "blue cat", "yes"}
    assert rows[0]["references"] == ["red dog"]
    assert [row["mode"] for row in predicted(read)] == ["free"] * 21  # no options
    assert {row["subtask"] for row in predicted(read)} == {"sub0", "sub1"}


def test_models_of_a_variant_answer_in_one_job_as_alone(world):
    _, together = world.evaluate(models=(0, 1), tasks=("read",), out="together")
    _, [alone] = world.evaluate(models=(1,), tasks=("read",), out="alone")
    assert predicted(together[1]) == predicted(alone) != predicted(together[0])


def test_the_memo_has_each_run_and_task(world, monkeypatch, tmp_path):
    monkeypatch.setenv("MULTIINSTRUCT_MEMO", str(tmp_path / "memo"))
    world.evaluate(models=(0,), out="memo")
    said, _ = world.evaluate(models=(0, 1), out="memo")
    assert said == "2 tables of predictions made, 2 taken from the memo"
    said, _ = world.evaluate(models=(0, 1), out="memo", beams=2)
    assert said == "4 tables of predictions made, 0 taken from the memo"


def test_a_killed_task_goes_on_where_it_stopped(world, monkeypatch):
    monkeypatch.setattr("workflow_scripts.evaluation.generation.BATCHES_A_GROUP", 1)  # two instances a part
    answered: list[int] = []
    outputs = Answerer.outputs

    def dying(self, rows, mode):
        if len(answered) == 2:
            raise KeyboardInterrupt
        answered.append(len(rows))
        return outputs(self, rows, mode)

    with monkeypatch.context() as patch:
        patch.setattr(Answerer, "outputs", dying)
        with pytest.raises(KeyboardInterrupt):
            world.evaluate(tasks=("seen",), out="killed")
    assert not (world.folder / "killed/0/seen.parquet").exists()
    again: list[int] = []
    count = lambda self, rows, mode: again.append(len(rows)) or outputs(self, rows, mode)  # noqa: E731
    with monkeypatch.context() as patch:
        patch.setattr(Answerer, "outputs", count)
        _, [resumed] = world.evaluate(tasks=("seen",), out="killed")
    assert (answered, again) == ([2, 2], [2, 1])
    _, [whole] = world.evaluate(tasks=("seen",), out="whole")
    assert predicted(resumed) == predicted(whole)
    assert [path.name for path in resumed.parent.iterdir()] == ["seen.parquet"]


def test_parts_of_another_model_are_not_gone_on_from(world, monkeypatch):
    arguments = world.arguments(tasks=("seen",), out="other")
    [first] = evaluate._tables(*_given(arguments))
    [second] = evaluate._tables(*_given(arguments | {"models": world.arguments(models=(1,))["models"]}))
    assert first.parts != second.parts
    first.parts.mkdir(parents=True)
    (first.parts / "00000.parquet").write_text("of another model")
    evaluate.main(**arguments | {"models": world.arguments(models=(1,))["models"]})
    assert [path.name for path in first.path.parent.iterdir()] == ["seen.parquet"]


def _given(arguments: dict) -> tuple:
    names = ("tasks", "settings", "models", "tokenizer", "shards", "manifests", "out")
    return tuple(arguments[name] for name in names)


def test_bfloat16_answers_too(world):
    rows = world.rows("seen")
    found = answerer(world, bf16=True).outputs(rows)
    assert [len(several) for several in found] == [3] * len(rows)
    assert answerer(world, bf16=True)._model.dtype == torch.bfloat16
