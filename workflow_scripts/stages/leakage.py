"""Count what training tasks had in common with unseen ones, before and after that was left out."""

from workflow_scripts.files import write_text
from workflow_scripts.separation.leakage import as_csv, counted
from workflow_scripts.stages.entry import In, Out, run_stage


def main(*, instances: list[In], examples: list[In], held_out: In, fingerprints: list[In], out: Out) -> str:
    """Write leakage.csv.

    instances, examples: <task>/<split>.parquet of the training tasks, in one order.
    """
    rows = counted(zip(instances, examples, strict=True), held_out, fingerprints)
    write_text(out, as_csv(rows))
    before, after = (sum(row[when] for row in rows if row["unseen_task"] == "any") for when in ("before", "after"))
    return f"{before} instances had a picture or a text of an unseen task in common, {after} still do"


if __name__ == "__main__":
    run_stage(main)
