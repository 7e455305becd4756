"""Make the text tokenizer: train a small byte-level BPE on the records' texts."""

from workflow_scripts import schemas
from workflow_scripts.stages.entry import In, Out, run_stage
from workflow_scripts.tokens.bpe import train


def main(*, symbols: int, records: list[In], out: list[Out]) -> str:
    """Write encoder.json, vocab.bpe and dict.txt, trained on every text of these records."""
    texts = (text for path in records for text in schemas.texts(path, leave_out=("record_id", "image")))
    made = train(texts, symbols=symbols, folder=out[0].parent)
    return f"{made} symbols"


if __name__ == "__main__":
    run_stage(main)
