"""Score all predictions: per instruction, per task, over all unseen tasks, and variants against each other."""

from workflow_scripts.stages.entry import In, Out, run_stage


def main(*, settings: dict, predictions: list[In], out: list[Out]) -> str:
    """Write answers.parquet, scores.parquet, and the tables (CSV) that the other names of `out` say.

    settings, by name: tasks: id -> its output type, metrics and kind (multimodal or nlp); runs: each one's variant,
    seed (null: not tuned) and tasks; seed: of resampling; against: the variant that others are compared with;
    ablations: points of the curves (evaluation.tables.ablations); whole: the variant at their end. predictions: those
    of the first run in the order of its tasks, then those of the second, and so on.
    """
    from workflow_scripts.evaluation.scoring import Answered, Scored, score_all, write_tables

    tasks = {t: Scored(task["output"], tuple(task["metrics"]), task["kind"]) for t, task in settings["tasks"].items()}
    answered = [(run["variant"], run["seed"], task) for run in settings["runs"] for task in run["tasks"]]
    pairs = [Answered(*what, path) for what, path in zip(answered, predictions, strict=True)]
    measured = score_all(pairs, tasks, *out[:2])
    wanted = {path.stem: path for path in out[2:]}
    write_tables(measured, settings["seed"], settings["against"], settings["ablations"], settings["whole"], wanted)
    return f"{len(pairs)} tables of predictions, {sum(m.scores.size for m in measured)} scores"


if __name__ == "__main__":
    run_stage(main)
