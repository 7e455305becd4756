"""The README's example of OFA, run as it stands there, and its table of datasets."""

import re
from pathlib import Path

import pytest
from PIL import Image

from workflow_scripts.catalogue import updated
from workflow_scripts.errors import BadConfig
from workflow_scripts.models.ofa.__main__ import convert
from workflow_scripts.models.ofa.building import fresh, save
from workflow_scripts.tokens.bpe import TextTokenizer, train
from workflow_scripts.tokens.vocabulary import Vocabulary

README = Path(__file__).parents[1] / "README.md"


def test_three_lines_describe_a_picture(tmp_path, monkeypatch, capsys):
    [example] = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), flags=re.DOTALL)
    monkeypatch.chdir(tmp_path)
    train(["what does the image describe? a red dog"] * 9, symbols=280, folder=Path("bpe"))
    save(fresh("ofa_nano", seed=0, vocabulary=TextTokenizer(Path("bpe")).vocabulary), Path("model"))
    convert("model", Path("ofa-base"), Path("bpe"), size=64, max_image_size=64)
    convert("model", Path("ofa-base"), Path("bpe"), size=64, max_image_size=64)  # again into its own folder
    Image.new("RGB", (90, 60), "red").save("photo.jpg")
    exec(compile(example, str(README), "exec"), {})
    assert capsys.readouterr().out.strip()


def test_the_tokenizer_of_another_checkpoint_is_refused(tmp_path):
    train(["a red dog"], symbols=260, folder=tmp_path / "bpe")
    save(fresh("ofa_nano", seed=0, vocabulary=Vocabulary(7)), tmp_path / "model")
    with pytest.raises(BadConfig, match="it has 9457 tokens, the checkpoint 9204"):
        convert(str(tmp_path / "model"), tmp_path / "out", tmp_path / "bpe")
    assert not (tmp_path / "out").exists()


def test_table_of_datasets_is_current():
    text = README.read_text(encoding="utf-8")
    assert text == updated(text), "python -m workflow_scripts.catalogue --update README.md"
