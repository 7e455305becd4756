"""Score all predictions: per instruction, per task, and over all unseen tasks."""

from workflow_scripts.stages.entry import In, Out, run_stage


def main(*, tasks: dict, variants: list[str], predictions: list[In], out: list[Out]) -> str:
    """Write answers.parquet, scores.parquet, scores.csv, tasks.csv and aggregates.csv.

    tasks: id -> its output type, metrics and kind (multimodal or nlp). predictions: those of the first variant in the
    order of tasks, then those of the second, and so on.
    """
    from workflow_scripts.evaluation.scoring import score_all

    pairs = [(variant, task) for variant in variants for task in tasks]
    answered, scored = score_all([(v, t, p) for (v, t), p in zip(pairs, predictions, strict=True)], tasks, *out)
    return f"{answered} answers, {scored} scores"


if __name__ == "__main__":
    run_stage(main)
