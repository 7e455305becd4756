"""Draw one dataset's part of the miniature world and write its official archives to the mirror."""

from workflow_scripts.stages.entry import Out, run_stage


def main(*, part: str, seed: int, sizes: dict, out: list[Out]) -> str:
    """Write the archives of the dataset `part`, named as its publisher names them; sizes: those it depends on."""
    from workflow_scripts.miniature.build import write

    write(part, seed, sizes, out[0].parent)
    return f"{len(out)} archives of {part}, {sum(path.stat().st_size for path in out) / 1e6:.1f} MB"


if __name__ == "__main__":
    run_stage(main)
