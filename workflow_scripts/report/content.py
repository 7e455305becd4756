"""Everything the page shows, collected from a run's files."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from workflow_scripts.report import figures, gallery, overview, results, wording


def collect(
    settings: Mapping, *, scores: Path, answers: Path, tables: Mapping[str, Path], leakage: Path, logs: Sequence[Path],
    instances: Sequence[Path], examples: Sequence[Path], records: Sequence[Path], quarantines: Sequence[Path],
    roots: Mapping[str, Path],
) -> dict:  # fmt: skip
    """What template.html.j2 names.

    settings: config; variants, in order; datasets, id -> title, licence; tasks, id -> name, group, role, dataset,
    output, metrics; templates, task id -> five texts; skipped, texts; versions; scale, see regions.from_bins;
    gallery.per_task; and, where it is known, truncated, task -> how many of its texts were cut.
    roots: where each dataset's files lie.
    """
    variants, tasks = settings["variants"], settings["tasks"]
    compared = results.comparisons(tables["tasks.csv"], tables["aggregates.csv"], variants, tasks)
    by_instruction = results.by_instruction(scores)
    evaluated = results.instances_of(answers)
    trainings = overview.trainings(logs, variants)
    bad = overview.bad_records(quarantines)
    constants = results.constants(answers)
    leaks = overview.leakage(leakage, tasks)
    base = settings["config"].get("model", {}).get("base")
    return {
        "variants": variants,
        "answers": _answers(compared, evaluated, answers),
        "base_note": wording.base_note(base, compared["multimodal"]),
        "warnings": wording.warnings(
            unparsed=results.unparsed(scores),
            truncated=settings.get("truncated", {}),
            constants=constants,
            bad=bad,
            skipped=settings["skipped"],
            instances=evaluated,
            leaks=leaks,
        ),
        "comparisons": [c for c in compared.values() if c.rows],
        "kind_names": wording.KIND_NAMES,
        "evaluated": evaluated,
        "constants": constants,
        "downloads": {name: path.read_text(encoding="utf-8") for name, path in sorted(tables.items())},
        "aggregate_plots": figures.aggregate_panels(list(compared.values())),
        "task_plots": figures.task_panels(compared["multimodal"], by_instruction),
        "training_plots": figures.training_panels(trainings, variants),
        "trainings": trainings,
        "groups": overview.tasks_by_group(tasks, settings["templates"], examples, by_instruction, variants),
        "splits": overview.SPLITS,
        "bad_records": bad,
        "leakage": leaks,
        "leakage_csv": leakage.read_text(encoding="utf-8"),
        "datasets": overview.datasets(settings["datasets"], records, bad),
        "gallery": gallery.build(
            tasks=tasks,
            variants=variants,
            per_task=settings["gallery"]["per_task"],
            scale=settings["scale"],
            instances=instances,
            examples=examples,
            answers=answers,
            roots=roots,
        ),
        "best_variant": next(iter(compared["multimodal"].ranking or compared["nlp"].ranking), 0),
        "config": settings["config"],
        "versions": settings["versions"],
    }


def _answers(compared: Mapping[str, results.Comparison], evaluated: Mapping[str, int], answers: Path) -> list:
    """The answer in words for each kind of task that was evaluated."""
    found = []
    for table in compared.values():
        tasks = {row.task for row in table.rows}
        half_width = None
        if len(table.ranking) > 1:
            first, second = (table.variants[i] for i in table.ranking[:2])
            half_width = results.half_width(answers, (first, second), tasks)
        size = sum(evaluated.get(task, 0) for task in tasks)
        found.append(wording.answer(table, size, half_width))
    return [text for text in found if text]
