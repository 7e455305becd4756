"""OFA's one vocabulary: specials, text BPE, <mask>, picture codes, location bins, in the released order.

    0..3            <s> <pad> </s> <unk>
    4..             the lines of dict.txt: BPE symbols (and three padding words in the released file)
    then            <mask>, <code_0>..<code_8191>, <bin_0>..<bin_999>

With the released 50,260 lines that makes 59,457 ids, those of the released checkpoints; a smaller BPE moves only the
blocks behind it.
"""

from dataclasses import dataclass

from workflow_scripts.regions import BINS

BOS, PAD, EOS, UNK = 0, 1, 2, 3
SPECIALS = 4
CODES = 8192

FILES = ("encoder.json", "vocab.bpe", "dict.txt")  # of a tokenizer's folder


@dataclass(frozen=True)
class Vocabulary:
    """The id layout for a dict.txt of so many lines."""

    dict_lines: int

    @property
    def mask(self) -> int:
        return SPECIALS + self.dict_lines

    @property
    def first_code(self) -> int:
        return self.mask + 1

    @property
    def first_bin(self) -> int:
        return self.first_code + CODES

    @property
    def size(self) -> int:
        return self.first_bin + BINS
