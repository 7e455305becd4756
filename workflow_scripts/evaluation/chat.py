"""Models that are not OFA: any AutoModelForImageTextToText of transformers, asked in its own chat format."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from transformers import AutoModelForImageTextToText, AutoProcessor

from workflow_scripts.errors import BadData
from workflow_scripts.evaluation.boxes import Boxes
from workflow_scripts.pictures import black_out, locate, open_picture
from workflow_scripts.progress import track

REGIONS = ("region", "regions", "region_choice")  # output types whose answers are boxes


class ChatModel:
    """Asks each example as one user message: the picture, if there is one, and the prompt. Greedy search."""

    def __init__(self, model: str, boxes: Boxes, roots: Mapping[str, Path], *, scale: float, max_new_tokens: int):
        """model: a folder or a name that transformers knows. scale: of the examples' location tokens.

        Raises BadData if its processor has no chat template.
        """
        self._device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self._processor = AutoProcessor.from_pretrained(model)
        if getattr(self._processor, "chat_template", None) is None:
            fix = "take a model that was tuned to follow instructions"
            raise BadData("the processor has no chat template, so there is no telling how to ask", file=model, fix=fix)
        self._processor.tokenizer.padding_side = "left"  # answers begin where the longest prompt ends
        self._model = AutoModelForImageTextToText.from_pretrained(model, dtype="auto").eval().to(self._device)
        self._boxes, self._roots, self._scale, self._longest = boxes, roots, scale, max_new_tokens

    def predict(self, task: str, output: str, examples: Sequence[Mapping], batch_size: int) -> Iterator[dict]:
        """Rows of schemas.PREDICTIONS. examples: of schemas.EXAMPLES; output: the task's output type."""
        batches = [examples[at : at + batch_size] for at in range(0, len(examples), batch_size)]
        for batch in track(batches, f"evaluate {task}", unit="batches"):
            for example, answer in zip(batch, self.answers(batch)):
                if output in REGIONS:
                    answer = self._boxes.out_of_answer(answer, *_sizes(example), scale=self._scale)
                yield {
                    "task": task,
                    "subtask": example["subtask"],
                    "instance_id": example["instance_id"],
                    "instruction": example["instruction"],
                    "mode": "free",
                    "output": answer,
                    "target": example["target"],
                    "references": example["references"],
                    "options": example["options"],
                }

    @torch.no_grad()
    def answers(self, examples: Sequence[Mapping]) -> list[str]:
        """What the model says to each, boxes in its own spelling."""
        inputs = self._processor.apply_chat_template(
            [self._conversation(example) for example in examples], add_generation_prompt=True, tokenize=True,
            return_dict=True, return_tensors="pt", processor_kwargs={"padding": True},
        ).to(self._device)  # fmt: skip
        for name, value in inputs.items():
            if torch.is_floating_point(value):
                inputs[name] = value.to(self._model.dtype)
        written = self._model.generate(**inputs, max_new_tokens=self._longest, do_sample=False)
        begins = 0 if self._model.config.is_encoder_decoder else inputs["input_ids"].shape[1]
        # With the chat's special tokens those around boxes go too; the numbers between them are enough.
        texts = self._processor.batch_decode(written[:, begins:], skip_special_tokens=True)
        return [text.strip() for text in texts]

    def _conversation(self, example: Mapping) -> list[dict]:
        said = self._boxes.into_prompt(example["prompt"], *_sizes(example), scale=self._scale)
        content = [{"type": "text", "text": said}]
        if example["image"] is not None:
            content.insert(0, {"type": "image", "image": self._picture(example)})
        return [{"role": "user", "content": content}]

    def _picture(self, example: Mapping) -> Image.Image:
        picture = open_picture(locate(example["image"], self._roots)).convert("RGB")
        if example["mask"] is None:
            return picture
        hidden = black_out(np.asarray(picture), example["mask"], example["width"], example["height"])
        return Image.fromarray(hidden)


def _sizes(example: Mapping) -> tuple[int, int]:
    """Width and height; a text without a picture has no boxes either."""
    return example["width"] or 1, example["height"] or 1
