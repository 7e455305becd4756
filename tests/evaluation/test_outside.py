"""Checkpoints evaluated outside the workflow: an OFA, and a model that is none."""

import csv
import shutil

import pytest
import torch
from PIL import Image
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import (
    CLIPImageProcessorPil,
    CLIPVisionConfig,
    LlamaConfig,
    LlavaConfig,
    LlavaForConditionalGeneration,
    LlavaProcessor,
    PreTrainedTokenizerFast,
)

from workflow_scripts import schemas
from workflow_scripts.errors import BadData
from workflow_scripts.evaluation.__main__ import main
from workflow_scripts.evaluation.boxes import BOXES
from workflow_scripts.evaluation.chat import ChatModel
from workflow_scripts.tokens.shards import shard_rows

from .conftest import BOXES as REGIONS
from .conftest import SIZE, predicted

CHAT = (
    "{% for m in messages %}{{ m['role'] }} {% for c in m['content'] %}"
    "{% if c['type'] == 'image' %}<image> {% else %}{{ c['text'] }} {% endif %}{% endfor %}{% endfor %}"
    "{% if add_generation_prompt %}assistant {% endif %}"
)
TASK = "grounded_vqa"
ONE_THREAD = ("--threads", "1")
SAID = "user assistant which box is red the blue one 0 500 [ ] ,"


def example(number: int, instruction: int, *, image: bool = True) -> dict:
    words = ("which box is red", "the blue one")[instruction]
    return {
        "instance_id": f"{TASK}/{number}", "instruction": instruction, "name_prompt": None,
        "prompt": f"{words} {REGIONS[0]} [Options]: {REGIONS[0]}||||{REGIONS[1]}",
        "target": REGIONS[0], "target_crop": None, "target_image": None, "references": [REGIONS[0]],
        "options": REGIONS, "image": f"drawn/{number}.png" if image else None, "width": SIZE if image else None,
        "height": SIZE if image else None, "mask": None, "subtask": None,
    }  # fmt: skip


@pytest.fixture
def results(world):
    """The world as the workflow's results, with one real task of three instances."""
    folder = world.folder
    examples = [example(number, instruction) for number in range(3) for instruction in range(2)]
    schemas.write(examples, schemas.EXAMPLES, folder / f"examples/{TASK}/test.parquet")
    rows = shard_rows(examples, world.text, max_source=99, max_target=20, codes_of=lambda several: [])
    schemas.write(rows, schemas.SHARDS, folder / f"shards/{TASK}/test-00000-of-00001.parquet")
    (folder / "raw/drawn").mkdir(parents=True, exist_ok=True)
    (folder / "raw/drawn/manifest.json").write_text((folder / "pictures/manifest.json").read_text())
    return folder


@pytest.fixture(scope="module")
def llava(tmp_path_factory) -> str:
    """A LLaVA of random weights with a processor made of small parts."""
    folder = tmp_path_factory.mktemp("llava")
    words = ["<pad>", "</s>", "<unk>", "<image>", *SAID.split()]
    backend = Tokenizer(models.WordLevel({word: i for i, word in enumerate(words)}, unk_token="<unk>"))
    backend.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=backend, pad_token="<pad>", eos_token="</s>", unk_token="<unk>",
        additional_special_tokens=["<image>"],
    )  # fmt: skip
    pixels = CLIPImageProcessorPil(size={"shortest_edge": 28}, crop_size={"height": 28, "width": 28})
    LlavaProcessor(
        image_processor=pixels, tokenizer=tokenizer, patch_size=14, vision_feature_select_strategy="default",
        num_additional_image_tokens=1, chat_template=CHAT,
    ).save_pretrained(folder)  # fmt: skip
    torch.manual_seed(0)
    small = {"hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2}
    LlavaForConditionalGeneration(
        LlavaConfig(
            vision_config=CLIPVisionConfig(**small, image_size=28, patch_size=14, projection_dim=16),
            text_config=LlamaConfig(
                **small, num_key_value_heads=2, vocab_size=len(words), pad_token_id=0, eos_token_id=1, bos_token_id=2,
                initializer_range=0.5,
            ),
            image_token_index=3, image_token_id=3,
        )
    ).save_pretrained(folder)  # fmt: skip
    return str(folder)


def chat_model(llava: str, world, boxes: str = "pixels") -> ChatModel:
    return ChatModel(llava, BOXES[boxes], {"drawn": world.folder / "pictures"}, scale=1, max_new_tokens=6)


def test_an_ofa_outside_the_workflow_answers_as_inside(results, world, capsys, tmp_path):
    words = ["--model", str(results / "models/0"), "--results", str(results), "--out", str(tmp_path)]
    assert main([*words, *ONE_THREAD]) == 0
    assert "grounded_vqa" in capsys.readouterr().out
    [task] = csv.DictReader((tmp_path / "tasks.csv").open())
    assert (task["variant"], task["metric"], task["n"]) == (str(results / "models/0"), "accuracy", "6")
    assert [row["instruction"] for row in predicted(tmp_path / f"predictions/{TASK}.parquet")] == [0, 1] * 3


def test_a_run_of_the_workflow_is_known_by_its_name(results, capsys):
    assert main(["--model", "1", "--results", str(results), "--tasks", TASK, "--limit", "1", *ONE_THREAD]) == 0
    said = capsys.readouterr().out
    assert [line.split()[:2] for line in said.splitlines() if line.startswith(TASK)] == [[TASK, "accuracy"]]
    assert said.split(TASK)[1].split()[6] == "2"  # one instance, two instructions


def test_a_model_that_is_no_ofa_is_asked_the_same(results, llava, tmp_path):
    assert (
        main(["--model", llava, "--results", str(results), "--out", str(tmp_path), "--boxes", "pixels", *ONE_THREAD])
        == 0
    )
    rows = predicted(tmp_path / f"predictions/{TASK}.parquet")
    assert [(row["instance_id"], row["instruction"]) for row in rows] == [
        (f"{TASK}/{n}", i) for n in range(3) for i in range(2)
    ]
    assert all(row["references"] == [REGIONS[0]] for row in rows)
    [aggregate] = csv.DictReader((tmp_path / "aggregates.csv").open())
    assert aggregate["tasks"] == "1"


def test_answers_do_not_depend_on_the_batch(llava, world):
    examples = [example(n, i, image=n < 2) for n in range(3) for i in range(2)]
    model = chat_model(llava, world)
    alone = [model.answers([one])[0] for one in examples]
    assert len(set(alone)) > 1
    assert model.answers(examples[:4]) == alone[:4]  # of unlike length, with pictures
    assert model.answers(examples[4:]) == alone[4:]


def test_the_model_reads_boxes_as_it_spells_them(llava, world, monkeypatch):
    model = chat_model(llava, world)
    [message] = model._conversation(example(1, 0))
    picture, text = message["content"]
    assert text["text"] == "which box is red [0, 0, 16, 16] [Options]: [0, 0, 16, 16]||||[16, 16, 32, 32]"
    assert picture["image"].size == (SIZE, SIZE)
    monkeypatch.setattr(model, "answers", lambda examples: ["[0, 0, 16, 16]" for _ in examples])
    [row] = model.predict(TASK, "region_choice", [example(1, 0)], 1)
    assert row["output"] == "<bin_0> <bin_0> <bin_500> <bin_500>"
    [row] = model.predict(TASK, "text", [example(1, 0)], 1)
    assert row["output"] == "[0, 0, 16, 16]"  # no boxes are asked for


def test_what_is_masked_is_not_seen(llava, world):
    Image.new("RGB", (SIZE, SIZE), "white").save(world.folder / "pictures/white.png")
    masked = example(0, 0) | {"image": "drawn/white.png", "mask": [0.0, 0.0, 16.0, 16.0]}
    picture = chat_model(llava, world)._picture(masked)
    assert (picture.getpixel((8, 8)), picture.getpixel((20, 20))) == ((0, 0, 0), (255, 255, 255))


def test_a_processor_without_a_chat_template_is_refused(llava, world, tmp_path):
    shutil.copytree(llava, tmp_path / "mute")
    (tmp_path / "mute/chat_template.jinja").unlink()
    with pytest.raises(BadData, match="no chat template"):
        chat_model(str(tmp_path / "mute"), world)


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["--tasks", "grounded_vqaa"], "grounded_vqa"),
        (["--tasks", "text_vqa"], "no examples of text_vqa are there"),
        (["--results", "nowhere"], "no examples of"),
    ],
)
def test_what_is_not_there_is_said(results, words, problem, capsys):
    assert main(["--results", str(results), "--model", "0", *words]) == 1
    assert problem in capsys.readouterr().err
