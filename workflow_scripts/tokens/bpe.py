"""Text and ids: OFA's byte-level BPE, read from the released files or trained into the same layout.

A tokenizer folder holds encoder.json (symbol -> GPT-2 id), vocab.bpe (merges) and dict.txt ("<GPT-2 id> <count>" a
line: line k is id k + 4 of the vocabulary).
"""

import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers

from workflow_scripts.errors import BadData
from workflow_scripts.files import write_text
from workflow_scripts.regions import BINS
from workflow_scripts.tokens.vocabulary import BOS, CODES, EOS, FILES, PAD, SPECIALS, UNK, Vocabulary

_PLACED = re.compile(r"<(bin|code)_(\d+)>")


def train(texts: Iterable[str], *, symbols: int, folder: Path) -> int:
    """Train a BPE of at most `symbols` symbols and write its three files; returns how many symbols it has."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokenizer.train_from_iterator(
        texts, trainers.BpeTrainer(vocab_size=symbols, initial_alphabet=alphabet, show_progress=False)
    )
    model = json.loads(tokenizer.to_str())["model"]
    merges = [m if isinstance(m, str) else " ".join(m) for m in model["merges"]]
    write_text(folder / "encoder.json", json.dumps(model["vocab"], ensure_ascii=True, sort_keys=True))
    write_text(folder / "vocab.bpe", "#version: 0.2\n" + "\n".join(merges) + "\n")
    write_text(folder / "dict.txt", "".join(f"{i} 1\n" for i in sorted(model["vocab"].values())))
    return len(model["vocab"])


def backend(folder: Path) -> tuple[Tokenizer, Vocabulary]:
    """The BPE of a folder's files over the whole vocabulary, and the vocabulary's layout.

    Location and code tokens are found inside texts and swallow the blanks before them; specials are not.
    Raises BadData where a file is missing or they do not fit together.
    """
    symbols, merges, words = _read(folder)
    vocabulary = Vocabulary(len(words))
    ids = {"<s>": BOS, "<pad>": PAD, "</s>": EOS, "<unk>": UNK, "<mask>": vocabulary.mask}
    ids |= {symbols.get(word, word): SPECIALS + line for line, word in enumerate(words)}
    placed = {f"<code_{i}>": vocabulary.first_code + i for i in range(CODES)}
    placed |= {f"<bin_{i}>": vocabulary.first_bin + i for i in range(BINS)}
    tokenizer = Tokenizer(models.BPE(vocab=ids | placed, merges=[m for m in merges if "".join(m) in ids]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(token, lstrip=True, normalized=False) for token in placed])
    return tokenizer, vocabulary


class TextTokenizer:
    """Texts with inline <bin_i> and <code_i> to ids and back."""

    def __init__(self, folder: Path):
        """Read the three files. Raises BadData where one is missing or they do not fit together."""
        self._backend, self.vocabulary = backend(folder)

    def encode(self, text: str) -> list[int]:
        """Ids of a text, without bos and eos. The text starts as if a blank stood before it, as in OFA."""
        for kind, number in _PLACED.findall(text):
            if self._backend.token_to_id(f"<{kind}_{number}>") is None:  # so is <bin_007>
                last = {"bin": BINS, "code": CODES}[kind] - 1
                raise ValueError(f"<{kind}_{number}> is outside the vocabulary: the last is <{kind}_{last}>")
        return self._backend.encode(" " + text.strip()).ids

    def decode(self, ids: Sequence[int]) -> str:
        """The text of ids; specials vanish, location and code tokens are set apart by blanks."""
        words, run = [], []
        for i in [*ids, None]:
            placed = i is not None and i >= self.vocabulary.first_code
            if run and (i is None or placed):
                words.append(self._backend.decode(run).strip())
                run = []
            if placed:
                bins = i - self.vocabulary.first_bin
                words.append(f"<bin_{bins}>" if bins >= 0 else f"<code_{i - self.vocabulary.first_code}>")
            elif i is not None and SPECIALS <= i < self.vocabulary.mask:
                run.append(i)
        return " ".join(words)


def _read(folder: Path) -> tuple[dict[str, str], list[tuple[str, str]], list[str]]:
    """Symbols by GPT-2 id as it is written, merges, and the word of each line of dict.txt: such an id, or padding."""
    try:
        encoder = json.loads((folder / "encoder.json").read_text(encoding="utf-8"))
        merges = (folder / "vocab.bpe").read_text(encoding="utf-8").splitlines()[1:]
        lines = (folder / "dict.txt").read_text(encoding="utf-8").splitlines()
    except (FileNotFoundError, ValueError) as error:
        fix = f"a tokenizer folder holds {', '.join(FILES)}"
        raise BadData(f"cannot read the tokenizer: {error}", file=folder, fix=fix) from error
    words = [line.rpartition(" ")[0] for line in lines]
    symbols = {str(number): symbol for symbol, number in encoder.items()}
    if strangers := [word for word in words if word.isdigit() and word not in symbols]:
        fix = "take encoder.json and dict.txt of one release"
        problem = f"ids [{', '.join(strangers[:5])}] of dict.txt are not in encoder.json"
        raise BadData(problem, file=folder / "dict.txt", fix=fix)
    return symbols, [tuple(m.split(" ")) for m in merges if m], words
