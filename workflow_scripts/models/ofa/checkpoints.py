"""Any OFA checkpoint as our model: the original's file, a folder of its Hugging Face port, a folder of ours."""

import difflib
from collections.abc import Mapping
from pathlib import Path

import torch
from huggingface_hub import snapshot_download
from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError
from safetensors import SafetensorError
from safetensors.torch import load_file

from workflow_scripts.errors import BadData
from workflow_scripts.models.ofa import fairseq, hf_port, positions
from workflow_scripts.models.ofa.configuration import OFAConfig, read_configuration
from workflow_scripts.models.ofa.modeling import OFAForConditionalGeneration, drop_computed
from workflow_scripts.models.ofa.sizes import SIZES
from workflow_scripts.models.ofa.sources import ACCEPTED as LOCAL
from workflow_scripts.models.ofa.sources import WEIGHTS, files_of, read_json
from workflow_scripts.models.pickles import load_pickled

TIED = ("encoder.embed_tokens.weight", "decoder.embed_tokens.weight", "decoder.output_projection.weight")
ACCEPTED = f"{LOCAL}, or owner/name on the hub"


def load(path_or_name: Path | str, *, dtype: torch.dtype = torch.float32) -> OFAForConditionalGeneration:
    """The model of a checkpoint, in evaluation mode, its parameters all of one type.

    path_or_name: see ACCEPTED; a path that exists wins over a name. Raises BadData: nothing there, a file that does
    not load safely, a configuration that we cannot build, tensors that do not fit it.
    """
    config, tensors, file = read(path_or_name)
    return filled(config, tensors, file, dtype)


def read(path_or_name: Path | str) -> tuple[OFAConfig, dict[str, torch.Tensor], Path]:
    """Configuration, tensors under fairseq's names, and the file that they came from."""
    path = Path(path_or_name)
    if not path.exists():
        path = _from_hub(str(path_or_name))
    if path.is_file():
        return *fairseq.read(path), path
    return _read_folder(path)


def _from_hub(name: str) -> Path:
    if size := difflib.get_close_matches(name, SIZES, n=1, cutoff=0.8):
        problem = f"no such file or folder; {size[0]} is a size, not a checkpoint: weights are needed"
        fix = f"give {ACCEPTED}; models.ofa.building.fresh({size[0]!r}, ...) makes a model with fresh weights"
        raise BadData(problem, file=name, fix=fix)
    if name.count("/") != 1 or name.startswith((".", "/", "~")):
        near = difflib.get_close_matches(Path(name).name, (p.name for p in Path(name).parent.glob("*")), n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        raise BadData(f"no such file or folder{hint}", file=name, fix=f"give {ACCEPTED}")
    try:
        patterns = ["config.json", *WEIGHTS, "*.safetensors", "pytorch_model-*.bin"]
        return Path(snapshot_download(name, allow_patterns=patterns))
    except (HfHubHTTPError, HFValidationError, LocalEntryNotFoundError, OSError) as error:
        problem = f"neither a file or folder here nor to be had from the hub: {error}"
        raise BadData(problem, file=name, fix=f"give {ACCEPTED}") from error


def _read_folder(folder: Path) -> tuple[OFAConfig, dict[str, torch.Tensor], Path]:
    config_file, *weights = files_of(folder)
    values = read_json(config_file)
    tensors: dict[str, torch.Tensor] = {}
    for file in weights:
        tensors |= {} if file.suffix == ".json" else _tensors(file)
    if hf_port.is_port(values):
        config = hf_port.configuration(values, config_file)
        return config, {hf_port.our_name(name): tensor for name, tensor in tensors.items()}, weights[0]
    if values.get("model_type") != OFAConfig.model_type:
        problem = f"model_type is {values.get('model_type')!r}, not {OFAConfig.model_type!r}"
        raise BadData(problem, file=config_file, fix=f"give {ACCEPTED}")
    return read_configuration(values, config_file), tensors, weights[0]


def _tensors(file: Path) -> dict[str, torch.Tensor]:
    if file.suffix == ".safetensors":
        try:
            return load_file(file)
        except (OSError, SafetensorError) as error:
            raise BadData(f"not a whole safetensors file: {error}", file=file, fix=f"give {ACCEPTED}") from error
    content = load_pickled(file, fix=f"give {ACCEPTED}")
    if not isinstance(content, Mapping) or not all(isinstance(t, torch.Tensor) for t in content.values()):
        raise BadData("not a state dict of tensors", file=file, fix=f"give {ACCEPTED}")
    return dict(content)


def filled(
    config: OFAConfig, tensors: Mapping[str, torch.Tensor], file: Path, dtype: torch.dtype = torch.float32
) -> OFAForConditionalGeneration:
    """A model of these tensors; all that is missing, extra, or of another shape or type is named in one BadData."""
    with torch.device("meta"):  # weights that are overwritten need not be drawn
        model = OFAForConditionalGeneration(config)
    wanted = model.state_dict()
    problems = _other_buckets(config, tensors)
    tensors = _counted(wanted) | _tied(drop_computed(dict(tensors)), problems)
    problems += [f"missing: {name} {tuple(wanted[name].shape)}" for name in sorted(wanted.keys() - tensors.keys())]
    problems += [f"extra: {name} {tuple(tensors[name].shape)}" for name in sorted(tensors.keys() - wanted.keys())]
    for name in sorted(wanted.keys() & tensors.keys()):
        ours, theirs = wanted[name], tensors[name]
        if ours.shape != theirs.shape:
            problems.append(f"shape: {name} is {tuple(theirs.shape)}, not {tuple(ours.shape)}")
        if ours.is_floating_point() != theirs.is_floating_point():
            problems.append(f"type: {name} is {theirs.dtype}, not {ours.dtype}")
    if problems:
        lines = "\n".join(f"  {problem}" for problem in problems)
        raise BadData(
            f"the tensors do not fit the configuration ({len(problems)} problems):\n{lines}",
            file=file,
            fix="weights and configuration must be of the same model and complete",
        )
    tensors = {name: t.to(dtype) if t.is_floating_point() else t for name, t in tensors.items()}
    model.load_state_dict(tensors, assign=True)
    model.tie_weights()
    return model.eval()


def _counted(wanted: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Zero for BatchNorm's counts of batches, which nothing reads: the original's frozen norms store none."""
    names = (name for name in wanted if name.endswith(".num_batches_tracked"))
    return {name: torch.zeros((), dtype=torch.long) for name in names}


def _tied(tensors: dict[str, torch.Tensor], problems: list[str]) -> dict[str, torch.Tensor]:
    """With all three names of the one embedding, of which files store one, two or three."""
    stored = [name for name in TIED if name in tensors]
    for name in stored[1:]:
        if not torch.equal(tensors[name], tensors[stored[0]]):
            problems.append(f"tied: {name} differs from {stored[0]}, with which it must be one")
    return tensors | {name: tensors[stored[0]] for name in TIED if stored}


def _other_buckets(config: OFAConfig, tensors: Mapping[str, torch.Tensor]) -> list[str]:
    """What the tables of relative positions in a file say, where it differs from what we compute."""
    problems = []
    for side, length in (("encoder", config.max_source_positions), ("decoder", config.max_target_positions)):
        found = tensors.get(f"{side}.token_rp_bucket")
        if found is not None:
            ours = positions.token_index(length, length, config.token_bucket_size, length, "cpu")
            problems += _differs(f"{side}.token_rp_bucket", found, ours)
        found = tensors.get(f"{side}.image_rp_bucket")
        if found is not None:
            ids = torch.arange(config.image_bucket_size**2 + 1)
            problems += _differs(
                f"{side}.image_rp_bucket", found, positions.image_index(ids, ids, config.image_bucket_size)
            )
    return problems


def _differs(name: str, found: torch.Tensor, ours: torch.Tensor) -> list[str]:
    return [] if torch.equal(found, ours) else [f"table: {name} holds other relative positions than this model"]
