"""Lay out a pre-trained model as what ships with the package: workflow_scripts/models/shipped."""

from workflow_scripts.files import replacing, sha256, write_text
from workflow_scripts.models.released import NANO, NANO_BPE, NANO_FILES, NANO_VQGAN
from workflow_scripts.stages.entry import In, Out, run_stage


def main(*, model: list[In], tokenizer: list[In], codes: list[In], out: list[Out]) -> str:
    """Write the files of every release in the order of NANO_FILES, then SHA256SUMS, a folder above them.

    Weights become half precision: half the bytes.
    """
    import torch
    from safetensors.torch import load_file, save

    given = {NANO: model, NANO_BPE: tokenizer, NANO_VQGAN: codes}
    sources = [path for release in NANO_FILES for path in given[release]]
    *places, sums = out
    for source, place in zip(sources, places, strict=True):
        content = source.read_bytes()
        if source.suffix == ".safetensors":
            halved = {k: t.to(torch.float16) if t.is_floating_point() else t for k, t in load_file(source).items()}
            content = save(halved, metadata={"format": "pt"})
        with replacing(place) as part:
            part.write_bytes(content)
    names = [f"{release}/{name}" for release, files in NANO_FILES.items() for name in files]
    write_text(sums, "".join(f"{sha256(place)}  {name}\n" for place, name in zip(places, names, strict=True)))
    return f"{sum(place.stat().st_size for place in places) / 1e6:.1f} MB in {len(places)} files"


if __name__ == "__main__":
    run_stage(main)
