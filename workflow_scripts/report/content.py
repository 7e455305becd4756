"""Everything the page shows, collected from a run's files."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from workflow_scripts.report import (
    figures,
    gallery,
    latex,
    lengths,
    overview,
    reference,
    results,
    trainings,
    wording,
    work,
)

TEST = "test"


def collect(
    settings: Mapping, *, scores: Path, answers: Path, tables: Mapping[str, Path], logs: Sequence[Path],
    published: Path | None, instances: Sequence[Path], examples: Sequence[Path], shards: Sequence[Path],
    records: Sequence[Path], quarantines: Sequence[Path], roots: Mapping[str, Path], benchmarks: Path, job_logs: Path,
) -> dict:  # fmt: skip
    """What template.html.j2 names.

    settings: config; variants, in order, without those of ablations; datasets, id -> title, licence; tasks, id ->
    name, group, role, dataset, output, metrics; templates, task id -> five texts; skipped, texts; versions; scale, see
    regions.from_bins; gallery.per_task. tables: by file name. published: see reference. roots: where each dataset's
    files lie. benchmarks, job_logs: folders, see work.stages.
    """
    variants, tasks = settings["variants"], settings["tasks"]
    compared = results.comparisons(tables, variants, tasks)
    multimodal = compared["multimodal"]
    by_instruction = results.by_instruction(scores)
    evaluated = results.instances_of(answers)
    runs = trainings.trainings(logs, variants)
    found = lengths.by_split(shards)
    bad = overview.bad_records(quarantines)
    constants = {key: text for key, text in results.constants(answers).items() if key[0] in variants}
    leaks = overview.leakage(tables["leakage.csv"], tasks)
    unseen = [task for task in tasks if tasks[task]["role"] == "eval"]
    seen = [task for task in tasks if tasks[task]["role"] != "eval"]
    return {
        "variants": variants,
        "answers": _answers(compared, evaluated),
        "base_note": wording.base_note(settings["config"], multimodal),
        "warnings": wording.warnings(
            unparsed=results.unparsed(scores, variants),
            truncated=_truncated(found),
            constants=constants,
            bad=bad,
            skipped=settings["skipped"],
            instances=evaluated,
            leaks=leaks,
        ),
        "compared": compared,
        "comparisons": [c for c in compared.values() if c.rows],
        "against": next((c.against for c in compared.values() if c.against), None),
        "about": wording.ABOUT,
        "kind_names": wording.KIND_NAMES,
        "alpha": results.ALPHA,
        "evaluated": evaluated,
        "constants": constants,
        "reference": reference.beside(published, compared, [*unseen, *evaluated]) if published else None,
        "downloads": {name: path.read_text(encoding="utf-8") for name, path in tables.items()},
        "latex": _typeset(tables, compared),
        "aggregate_plots": figures.aggregate_panels(list(compared.values())),
        "ablation_plots": figures.ablation_panels(
            results.ablations(tables["ablations.csv"]), multimodal.aggregate(wording.UNTUNED)
        ),
        "task_plots": figures.task_panels(multimodal, by_instruction),
        "training_plots": figures.training_panels(runs, variants),
        "trainings": runs,
        "groups": overview.tasks_by_group(tasks, settings["templates"], found, by_instruction, variants),
        "length_plots": figures.length_panels(
            lengths.over(found, [(task, split) for task in seen for split in overview.SPLITS]),
            lengths.over(found, [(task, TEST) for task in unseen]),
        ),
        "sizes": {"seen": _size(seen, found), "unseen": _size(unseen, found)},
        "splits": overview.SPLITS,
        "bad_records": bad,
        "leakage": leaks,
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
        "best_variant": next(iter(multimodal.ranking or compared["nlp"].ranking), 0),
        "config": settings["config"],
        "versions": settings["versions"],
        "revision": work.revision(),
        "stages": work.stages(benchmarks, job_logs),
    }


def _typeset(tables: Mapping[str, Path], compared: Mapping[str, results.Comparison]) -> dict[str, str]:
    """File name -> LaTeX: each table, and `<kind>.tex` for each kind of task, in the form of the paper's."""
    made = {f"{kind}.tex": latex.comparison(table) for kind, table in compared.items()}
    for name, path in tables.items():
        made[Path(name).with_suffix(".tex").name] = latex.table(
            results.columns_of(path), (row.values() for row in results.rows_of(path))
        )
    return made


def _answers(compared: Mapping[str, results.Comparison], evaluated: Mapping[str, int]) -> list:
    """The answer in words for each kind of task that was evaluated, after the first what tuning does."""
    found = []
    for kind, table in compared.items():
        size = sum(evaluated.get(task, 0) for task in {row.task for row in table.rows})
        found.append(wording.answer(table, size))
        if kind == "multimodal":
            found.append(wording.effect(table))
    return [text for text in found if text]


def _size(tasks: Sequence[str], found: Mapping[tuple[str, str], lengths.Lengths]) -> tuple[int, int]:
    """How many of these tasks have instances, and how many."""
    counts = [n for task in tasks if (n := sum(of.instances for (t, _), of in found.items() if t == task))]
    return len(counts), sum(counts)


def _truncated(found: Mapping[tuple[str, str], lengths.Lengths]) -> dict[str, int]:
    """task -> how many of its texts were cut; those where none was are left out."""
    totals: dict[str, int] = {}
    for (task, _), of in found.items():
        totals[task] = totals.get(task, 0) + of.cut
    return {task: count for task, count in totals.items() if count}
