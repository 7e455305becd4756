"""Write the report: one HTML file that holds all it shows."""

from workflow_scripts.stages.entry import In, Out, run_stage


def main(
    *, settings: dict, scores: In, answers: In, tables: list[In], leakage: In, logs: list[In], instances: list[In],
    examples: list[In], shards: list[In], records: list[In], quarantines: list[In], manifests: list[In], out: Out,
) -> str:  # fmt: skip
    """Read scores, logs and data of a run and write report.html.

    settings: see report.content.collect. tables: tasks.csv and aggregates.csv. leakage: leakage.csv. logs:
    <variant>/log.jsonl. instances and examples: <task>/<split>.parquet. shards, for what was cut:
    <task>/<split>-NNNNN-of-NNNNN.parquet. records: <dataset>/<split>.parquet, and quarantines:
    <dataset>/<split>.quarantine.jsonl.
    """
    from collections import Counter

    from workflow_scripts import schemas
    from workflow_scripts.files import write_text
    from workflow_scripts.pictures import roots
    from workflow_scripts.report.content import collect
    from workflow_scripts.report.page import render

    truncated = Counter()
    for path in shards:
        truncated[path.parent.name] += sum(schemas.column(path, "truncated"))
    data = collect(
        settings | {"truncated": dict(+truncated)},
        scores=scores,
        answers=answers,
        tables={path.name: path for path in tables},
        leakage=leakage,
        logs=logs,
        instances=instances,
        examples=examples,
        records=records,
        quarantines=quarantines,
        roots=roots(manifests),
    )
    page = render(data)
    write_text(out, page)
    return f"{len(data['gallery'])} examples, {len(page.encode()) / 1e6:.1f} MB"


if __name__ == "__main__":
    run_stage(main)
