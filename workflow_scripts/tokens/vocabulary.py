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
RELEASED = (  # SHA-256 of the released ones
    "196139668be63f3b5d6574427317ae82f612a97c5d1cdaf36ed2256dbf636783",
    "1ce1664773c50f3e0cc8842619a93edc4624525b728b188a9e0be33b7726adc5",
    "2c31c5b236661067fe8626775eb995ef5fe808ac87d2ad4a6ddbef68550f5cc6",
)


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
