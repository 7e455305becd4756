"""Boxes as models other than OFA spell them: into their prompts, and back out of their answers.

OFA's location tokens count along the picture that OFA sees (regions.to_bins); other models count in pixels of the
stored picture, in thousandths of it, or in fractions.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from workflow_scripts.regions import BINS, from_bins, spell

_BINS = re.compile(r"\s*".join([r"<bin_(\d+)>"] * 4))
_NUMBER = r"(\d+(?:\.\d+)?)"
_LIST = re.compile(r"\s*,\s*".join([_NUMBER] * 4))
_PAIRS = re.compile(rf"\(\s*{_NUMBER}\s*,\s*{_NUMBER}\s*\)\s*,\s*\(\s*{_NUMBER}\s*,\s*{_NUMBER}\s*\)")
Sizes = tuple[float, float]  # what the whole width and height of the picture are counted as


@dataclass(frozen=True)
class Boxes:
    """A way to spell boxes. sizes: of a picture of width x height pixels; None: OFA's own tokens, left as they are."""

    sizes: Callable[[int, int], Sizes] | None
    form: str
    found: re.Pattern
    digits: int = 0

    def into_prompt(self, text: str, width: int, height: int, *, scale: float) -> str:
        """A text with its boxes respelt.

        width, height: pixels of the stored picture; scale: of its location tokens (regions.to_bins).

        >>> BOXES["pixels"].into_prompt("What is <bin_0> <bin_0> <bin_999> <bin_500>?", 640, 480, scale=1)
        'What is [0, 0, 640, 240]?'
        """
        if self.sizes is None:
            return text
        wide, high = self.sizes(width, height)

        def respelt(match: re.Match) -> str:
            box = from_bins([int(b) for b in match.groups()], wide, high, scale=scale)
            return self.form.format(*(f"{value:.{self.digits}f}" for value in box))

        return _BINS.sub(respelt, text)

    def out_of_answer(self, text: str, width: int, height: int, *, scale: float) -> str:
        """A text with what it has of boxes as location tokens; a box that leaves the picture ends at its edge.

        >>> BOXES["unit"].out_of_answer("at [0.0, 0.0, 1.0, 0.5]", 640, 480, scale=1)
        'at <bin_0> <bin_0> <bin_999> <bin_500>'
        """
        if self.sizes is None:
            return text
        wide, high = self.sizes(width, height)

        def respelt(match: re.Match) -> str:
            limits = (wide, high, wide, high)
            box = tuple(min(float(value), limit) for value, limit in zip(match.groups(), limits))
            return spell(box, wide, high, scale=scale)

        return re.sub(r"[\[({]+(?=<bin_)|(?<=>)[\])}]+", "", self.found.sub(respelt, text))


BOXES: Mapping[str, Boxes] = {
    "bins": Boxes(None, "", _BINS),
    "thousandths": Boxes(lambda width, height: (1000, 1000), "[{}, {}, {}, {}]", _LIST),
    "pixels": Boxes(lambda width, height: (width, height), "[{}, {}, {}, {}]", _LIST),
    "unit": Boxes(lambda width, height: (1, 1), "[{}, {}, {}, {}]", _LIST, digits=3),
    "qwen": Boxes(lambda width, height: (1000, 1000), "<|box_start|>({},{}),({},{})<|box_end|>", _PAIRS),
}
EXPLAINED = {
    "bins": f"OFA's own location tokens, <bin_0> to <bin_{BINS - 1}>",
    "thousandths": "[x0, y0, x1, y1] in thousandths of the picture (Qwen3-VL, InternVL)",
    "pixels": "[x0, y0, x1, y1] in pixels of the stored picture",
    "unit": "[x0, y0, x1, y1] in fractions of the picture (LLaVA)",
    "qwen": "<|box_start|>(x0,y0),(x1,y1)<|box_end|> in thousandths of the picture (Qwen2-VL)",
}
