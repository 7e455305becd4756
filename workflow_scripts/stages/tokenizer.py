"""Make the text tokenizer: take the released files, or train a small byte-level BPE on the records' texts."""

from workflow_scripts import schemas
from workflow_scripts.files import replacing, sha256
from workflow_scripts.stages.entry import In, Out, run_stage
from workflow_scripts.tokens.bpe import TextTokenizer, train
from workflow_scripts.tokens.vocabulary import RELEASED


def main(*, symbols: int, released: list[In] = (), records: list[In] = (), out: list[Out]) -> str:
    """Write encoder.json, vocab.bpe and dict.txt: the released ones, or trained on every text of these records."""
    if released:
        vocabulary = TextTokenizer(released[0].parent).vocabulary  # an error if they do not fit together
        for source, path in zip(released, out, strict=True):
            with replacing(path) as part:
                part.write_bytes(source.read_bytes())
        known = tuple(map(sha256, released)) == RELEASED
        return f"{vocabulary.dict_lines} symbols, {'those' if known else 'not those'} of the released OFA"
    texts = (text for path in records for text in schemas.texts(path, leave_out=("record_id", "image")))
    made = train(texts, symbols=symbols, folder=out[0].parent)
    return f"{made} symbols"


if __name__ == "__main__":
    run_stage(main)
