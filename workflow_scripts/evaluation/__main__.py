"""Evaluate a checkpoint outside the workflow, on the shards or examples that the workflow has made.

python -m workflow_scripts.evaluation --model MODEL [--tasks TASK ...] [--results results] [--out FOLDER]

MODEL: a folder with an OFA of this project, a run of the workflow ("ofa_multiinstruct/seed-0"), or, as a folder or a
name, any model that transformers loads as AutoModelForImageTextToText. Prints scores and, with --out, writes the
predictions and the workflow's own tables.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from pathlib import Path

import yaml

from workflow_scripts import schemas, terminal
from workflow_scripts.config import Config, check, unknown
from workflow_scripts.errors import BadConfig, BadData, BadInput
from workflow_scripts.evaluation.boxes import BOXES, EXPLAINED
from workflow_scripts.evaluation.scoring import Answered, Scored, score_all, write_tables
from workflow_scripts.pictures import roots
from workflow_scripts.progress import say
from workflow_scripts.tasks.base import Task
from workflow_scripts.tasks.registry import load_tasks
from workflow_scripts.training.variants import NATURAL_INSTRUCTIONS

PROJECT = Path(__file__).parents[2]
COLUMNS = ("task", "metric", "mean", "max", "std", "low", "high", "n", "unparsed")


def main(argv: list[str] | None = None) -> int:
    given = _arguments(argv)
    try:
        config = _config(given.configfile)
        tasks = _tasks(given.tasks, given.results)
        ofa = _ofa_folder(given.model, given.results)
        predict = _ofa(ofa, config, given) if ofa else _chat(config, given)
        if given.out:
            _evaluate(given, tasks, predict, config.seed, given.out)
        else:
            with tempfile.TemporaryDirectory() as folder:
                _evaluate(given, tasks, predict, config.seed, Path(folder))
    except BadInput as error:
        say(f"{type(error).__name__}: {error}")
        return 1
    return 0


def _arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m workflow_scripts.evaluation", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("--model", required=True)
    parser.add_argument("--tasks", nargs="+", help="ids of unseen tasks; all that the results hold by default")
    parser.add_argument("--results", type=Path, default=Path("results"), help="the workflow's results")
    parser.add_argument("--out", type=Path, help="folder for predictions and tables")
    parser.add_argument("--limit", type=int, help="so many instances of each task, the first ones")
    parser.add_argument(
        "--configfile", type=Path, nargs="+", default=[], help="what the results were made with, beside config.yaml"
    )
    parser.add_argument("--threads", type=int, default=2)
    spelt = "; ".join(f"{name}: {text}" for name, text in EXPLAINED.items())
    parser.add_argument(
        "--boxes", choices=BOXES, default="thousandths", help=f"how a model that is not OFA spells boxes. {spelt}"
    )
    return parser.parse_args(argv)


def _config(overlays: list[Path]) -> Config:
    values: dict = {}
    for path in (PROJECT / "config.yaml", *overlays):
        values = _merged(values, yaml.safe_load(path.read_text()) or {})
    return check(values)


def _merged(below: Mapping, above: Mapping) -> dict:
    """As Snakemake lays one configuration over another."""
    both = {k: _merged(below[k], v) for k, v in above.items() if isinstance(v, dict) and isinstance(below.get(k), dict)}
    return {**below, **above, **both}


def _tasks(asked: list[str] | None, results: Path) -> list[Task]:
    unseen = {task.id: task for task in load_tasks().values() if task.role == "eval"}
    for name in asked or ():
        if name not in unseen:
            raise BadConfig(unknown(name, sorted(unseen)), fix="`python -m workflow_scripts.tasks` lists all")
    chosen = [t for t in unseen.values() if t.id in asked] if asked else list(unseen.values())
    there = [task for task in chosen if (results / "examples" / task.id / "test.parquet").exists()]
    if (asked and len(there) < len(chosen)) or not there:
        missing = ", ".join(task.id for task in chosen if task not in there)
        raise BadData(
            f"no examples of {missing} are there", file=results, fix="snakemake makes them; or give --results"
        )
    return there


def _ofa_folder(model: str, results: Path) -> Path | None:
    """The folder of an OFA; None for anything else."""
    for folder in (Path(model), results / "models" / model):
        config = folder / "config.json"
        if config.exists() and json.loads(config.read_text()).get("model_type") == "ofa":
            return folder
    return None


Predict = Callable[[Task, Path], None]


def _ofa(model: Path, config: Config, given: argparse.Namespace) -> Predict:
    import torch

    from workflow_scripts.evaluation.generation import Answerer, Settings
    from workflow_scripts.memory import keep_freed_memory
    from workflow_scripts.models.batches import Pictures
    from workflow_scripts.models.ofa.checkpoints import load
    from workflow_scripts.tokens.bpe import TextTokenizer

    torch.set_num_threads(given.threads)
    keep_freed_memory()
    settings = Settings(**config.evaluation.model_dump(exclude={"against"}), image_size=config.picture.size)
    pictures = Pictures(_roots(given.results), settings.image_size)
    answerer = Answerer(load(model), TextTokenizer(given.results / "tokenizer"), pictures, settings)

    def predict(task: Task, path: Path) -> None:
        shards = sorted((given.results / "shards" / task.id).glob("test-*.parquet"))
        if given.limit:
            rows = (row for shard in shards for row in schemas.read(shard, schemas.SHARDS))
            shards = [path.with_suffix(".shard")]
            schemas.write(islice(rows, given.limit), schemas.SHARDS, shards[0])
        answerer.predict(task.id, shards, path, path.with_suffix(".parts"))
        if given.limit:
            shards[0].unlink()

    return predict


def _chat(config: Config, given: argparse.Namespace) -> Predict:
    import torch

    from workflow_scripts.evaluation.chat import ChatModel

    torch.set_num_threads(given.threads)
    how = config.evaluation
    model = ChatModel(
        given.model, BOXES[given.boxes], _roots(given.results), max_new_tokens=how.max_length,
        scale=config.picture.size / config.picture.max_size,
    )  # fmt: skip

    def predict(task: Task, path: Path) -> None:
        examples = list(_examples(given.results / "examples" / task.id / "test.parquet", given.limit))
        rows = model.predict(task.id, task.output, examples, how.batch_size)
        schemas.write(rows, schemas.PREDICTIONS, path)

    return predict


def _examples(path: Path, limit: int | None) -> Iterator[dict]:
    """All examples of the first instances."""
    seen: set[str] = set()
    for example in schemas.read(path, schemas.EXAMPLES):
        seen.add(example["instance_id"])
        if limit and len(seen) > limit:
            return
        yield example


def _roots(results: Path) -> dict[str, Path]:
    return roots(sorted((results / "raw").glob("*/manifest.json")))


def _evaluate(given: argparse.Namespace, tasks: list[Task], predict: Predict, seed: int, out: Path) -> None:
    answered, known = [], {}
    for task in tasks:
        path = out / "predictions" / f"{task.id}.parquet"
        predict(task, path)
        kind = "nlp" if task.group == NATURAL_INSTRUCTIONS else "multimodal"
        known[task.id] = Scored(task.output, task.metrics, kind)
        answered.append(Answered(given.model, None, task.id, path))
    measured = score_all(answered, known, out / "answers.parquet", out / "scores.parquet")
    paths = {name: out / f"{name}.csv" for name in ("scores", "tasks", "aggregates")}
    found = write_tables(measured, seed, given.model, [], given.model, paths)
    widths = (44, 24, *([9] * 7))
    print(terminal.table(COLUMNS, [[_said(row[c]) for c in COLUMNS] for row in found["tasks"]], widths))
    over = ("kind", "mean", "max", "sensitivity", "low", "high", "tasks")
    print(terminal.table(over, [[_said(row[c]) for c in over] for row in found["aggregates"]], (44, *([11] * 6))))


def _said(value: object) -> str:
    if value is None:
        return "–"
    return f"{value:.3f}" if isinstance(value, float) else str(value)


if __name__ == "__main__":
    sys.exit(main())
