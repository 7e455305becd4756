"""`python -m workflow_scripts.models.ofa convert SOURCE FOLDER`: any OFA checkpoint to a folder of ours."""

import argparse
import sys
from pathlib import Path

from workflow_scripts.errors import BadConfig, BadInput
from workflow_scripts.models.ofa.sizes import FILES


def convert(source: str, folder: Path) -> str:
    """Write the folder and say what is in it. Raises BadInput; leaves a folder of anything else alone."""
    from workflow_scripts.models.ofa.building import save
    from workflow_scripts.models.ofa.checkpoints import load

    if folder.exists() and (strangers := sorted({p.name for p in folder.iterdir()} - set(FILES))):
        raise BadConfig(f"the folder holds other things: {', '.join(strangers[:5])}", file=folder, fix="name a new one")
    model = load(source)
    save(model, folder)
    size = sum((folder / name).stat().st_size for name in FILES) / 2**20
    return f"{model.num_parameters() / 1e6:.1f} million parameters, {size:.0f} MiB in {folder}"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m workflow_scripts.models.ofa", description="OFA checkpoints")
    commands = parser.add_subparsers(required=True)
    command = commands.add_parser("convert", help="write any OFA checkpoint as a folder that this project reads")
    command.add_argument("source", help="a .pt file, a folder, or owner/name on the hub")
    command.add_argument("folder", type=Path)
    given = parser.parse_args()
    try:
        print(convert(given.source, given.folder))
    except BadInput as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
