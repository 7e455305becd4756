"""Write the report: one HTML file that holds all it shows, and the tables of scores for LaTeX."""

from workflow_scripts.stages.entry import In, Out, Place, run_stage


def main(
    *, settings: dict, scores: In, answers: In, tables: list[In], reference: list[In], logs: list[In],
    instances: list[In], examples: list[In], shards: list[In], records: list[In], quarantines: list[In],
    manifests: list[In], benchmarks: Place, job_logs: Place, out: Out, tex: list[Out],
) -> str:  # fmt: skip
    """Read scores, logs and data of a run; write report.html, and in `tex` what is named as a table is, with .tex.

    settings: see report.content.collect. tables: those of the score stage, and leakage.csv. reference: see
    report.reference; none or one. logs: <variant>/seed-<n>/log.jsonl. instances and examples: <task>/<split>.parquet.
    shards: <task>/<split>-NNNNN-of-NNNNN.parquet. records: <dataset>/<split>.parquet, and quarantines:
    <dataset>/<split>.quarantine.jsonl. benchmarks, job_logs: what Snakemake and jobs left there so far is shown, but
    other times do not make another report.
    """
    from workflow_scripts.files import write_text
    from workflow_scripts.pictures import roots
    from workflow_scripts.report.content import collect
    from workflow_scripts.report.page import render

    data = collect(
        settings,
        scores=scores,
        answers=answers,
        tables={path.name: path for path in tables},
        published=next(iter(reference), None),
        logs=logs,
        instances=instances,
        examples=examples,
        shards=shards,
        records=records,
        quarantines=quarantines,
        roots=roots(manifests),
        benchmarks=benchmarks,
        job_logs=job_logs,
    )
    for path in tex:
        write_text(path, data["latex"][path.name])
    page = render(data)
    write_text(out, page)
    return f"{len(data['gallery'])} examples, {len(page.encode()) / 1e6:.1f} MB"


if __name__ == "__main__":
    run_stage(main)
