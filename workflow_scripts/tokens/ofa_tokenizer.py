"""OFA's tokenizer for transformers: exactly the original's ids, with location and code tokens inside texts."""

from pathlib import Path

from tokenizers import AddedToken, processors
from transformers import PreTrainedTokenizerFast

from workflow_scripts.tokens.bpe import backend
from workflow_scripts.tokens.vocabulary import BOS, EOS

SPECIALS = {"bos_token": "<s>", "pad_token": "<pad>", "eos_token": "</s>", "unk_token": "<unk>", "mask_token": "<mask>"}


class OFATokenizer(PreTrainedTokenizerFast):
    """Texts to ids between bos and eos, and back.

    <code_i>, <bin_i> and the specials in a text are single ids that swallow the blanks before them, so that
    "<bin_1> <bin_2>" is two ids; the original reaches those ids only apart from a text. What looks like one but is none
    (<bin_1000>) is plain text, and with split_special_tokens=True everything is, as in the original. A text starts as
    it is given: OFA's own texts begin with a blank.
    """

    model_input_names = ["input_ids", "attention_mask"]  # noqa: RUF012

    @classmethod
    def from_files(cls, folder: Path) -> "OFATokenizer":
        """From encoder.json, vocab.bpe and dict.txt. Raises BadData where they are missing or do not fit together."""
        tokenizer, _ = backend(folder)
        tokenizer.post_processor = processors.TemplateProcessing(
            single="<s> $A </s>", pair="<s> $A </s> $B </s>", special_tokens=[("<s>", BOS), ("</s>", EOS)]
        )
        specials = {name: AddedToken(text, lstrip=True, normalized=False) for name, text in SPECIALS.items()}
        return cls(tokenizer_object=tokenizer, clean_up_tokenization_spaces=False, **specials)

    def _decode(self, token_ids: int | list[int], skip_special_tokens: bool = False, **how) -> str:
        """As any tokenizer's, but places and codes, special only when encoded, are what an answer says: they stay."""
        ids = [token_ids] if isinstance(token_ids, int) else token_ids
        if skip_special_tokens:
            specials = set(self.all_special_ids)
            ids = [i for i in ids if i not in specials]
        return super()._decode(ids, skip_special_tokens=False, **how)
