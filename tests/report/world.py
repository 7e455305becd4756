"""A small made-up run: all files the report reads, with scores that a person can check."""

import json
import random
from pathlib import Path

import pyarrow as pa
from PIL import Image, ImageDraw

from workflow_scripts import schemas
from workflow_scripts.files import write_text
from workflow_scripts.raw.manifest import Manifest
from workflow_scripts.regions import spell
from workflow_scripts.stages import score

VARIANTS = [
    "ofa", "ofa_taskname", "ofa_multiinstruct", "ofa_naturalinstruct", "ofa_mixedinstruct", "ofa_seqinstruct",
]  # fmt: skip
SKILL = dict(zip(VARIANTS, (0.02, 0.3, 0.62, 0.2, 0.5, 0.6)))
ABLATIONS = {
    ("instructions", 1): 0.4, ("instructions", 3): 0.55, ("groups", 1): 0.2, ("groups", 3): 0.35, ("groups", 6): 0.5,
}  # fmt: skip
WHOLE = "ofa_multiinstruct"
SEEDS = (0, 1, 2)
TABLES = ("scores", "tasks", "aggregates", "significance", "ablations")
JOBS = {"derive/visual_grounding/train": 1.5, "derive/region_extraction/train": 2.5, "score": 7}  # seconds
TEX = ("multimodal", "nlp", *TABLES, "leakage")
SUBTASKS = ("task190_snli_classification", "task1344_glue_entailment_classification")
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(2)>',
    "\u202eright to left\u202c and </bdi></p></article>",
    "w" * 10_000,
    "{{ 7 * 7 }} {% raw %} &amp; ' onmouseover='alert(3)",
)
SIZE = (200, 150)
RECORDS = pa.schema([("instance_id", pa.string())], metadata={"table": "records of made-up data", "version": "1"})
BOXES = [(10, 10, 70, 60), (100, 20, 190, 80), (20, 80, 90, 140), (120, 90, 180, 145)]
TASKS = {
    "grounded_vqa": ("Grounded VQA", "vqa", "eval", "visual7w", "region_choice", ["accuracy"]),
    "natural_language_for_visual_reasoning": (
        "Natural Language for Visual Reasoning", "miscellaneous", "eval", "nlvr", "choice", ["accuracy", "rouge_l"],
    ),
    "natural_instructions_test": (
        "NATURAL INSTRUCTIONS (test)", "natural_instructions", "eval", "natural_instructions", "text", ["rouge_l"],
    ),
    "visual_grounding": ("Visual Grounding", "grounded_matching", "train", "visual7w", "region", ["iou_accuracy"]),
    "region_extraction": ("Region Extraction", "image_output", "extra", "visual7w", "image", []),
}  # fmt: skip
LEAKAGE = """task,unseen_task,reason,before,after
region_extraction,any,any,0,0
visual_grounding,grounded_vqa,id,3,0
visual_grounding,natural_language_for_visual_reasoning,hash,1,0
visual_grounding,natural_language_for_visual_reasoning,text,2,0
visual_grounding,any,any,5,0
"""
FIELDS = ("name", "group", "role", "dataset", "output", "metrics")


def settings() -> dict:
    """The stage's settings; the base is not pre-trained."""
    templates = {t: [f"Instruction {i} of {t}: <TEXT> <OPTION>" for i in range(1, 6)] for t in TASKS}
    templates["natural_instructions_test"] = []
    return {
        "config": {
            "seed": 7,
            "model": {"base": None},
            "raw": {"mirror": "miniature", "root": None},
            "note": HOSTILE[0],
        },
        "variants": VARIANTS,
        "tasks": {task: dict(zip(FIELDS, values)) for task, values in TASKS.items()},
        "datasets": {d: {"title": d.upper(), "licence": HOSTILE[1]} for d in ("nlvr", "visual7w")},
        "skipped": ["visual_dialogue: its dataset visdial is not there"],
        "templates": templates,
        "versions": {"python": "3.11.2", "torch": "2.0"},
        "scale": 1.0,
        "gallery": {"per_task": 5},
    }


def build(root: Path, *, count: int = 12, hostile: bool = True) -> dict:
    """Write everything under `root`; returns the stage's arguments, without `out` and `tex`."""
    _pictures(root / "raw", count)
    instances = {t: [_instance(t, i, hostile) for i in range(count)] for t in TASKS}
    splits = {t: "test" if values[2] == "eval" else "train" for t, values in TASKS.items()}
    for task, rows in instances.items():
        schemas.write(rows, schemas.INSTANCES, root / f"instances/{task}/{splits[task]}.parquet")
        examples = [e for row in rows for e in _examples(task, row)]
        schemas.write(examples, schemas.EXAMPLES, root / f"examples/{task}/{splits[task]}.parquet")
        shards = [_shard(row, _examples(task, row)) for row in rows]
        schemas.write(shards, schemas.SHARDS, root / f"shards/{task}/{splits[task]}-00000-of-00001.parquet")
    _scores(root, instances)
    write_text(root / "tables/leakage.csv", LEAKAGE)
    for variant in VARIANTS[1:]:
        for seed in SEEDS:
            write_text(root / f"models/{variant}/seed-{seed}/log.jsonl", _log(variant, seed))
    write_text(root / "records/nlvr/test.quarantine.jsonl", "")
    bad = {"file": "a.json", "record": "line 3", "position": "line 3", "reason": HOSTILE[1]}
    write_text(root / "records/visual7w/test.quarantine.jsonl", json.dumps(bad) + "\n")
    schemas.write([{"instance_id": str(i)} for i in range(1234)], RECORDS, root / "records/visual7w/test.parquet")
    for dataset in ("visual7w", "nlvr"):
        Manifest(dataset).write(root / f"raw/{dataset}/manifest.json")
    for name, s in JOBS.items():
        write_text(root / f"benchmarks/{name}.tsv", f"s\tmax_rss\tcpu_time\n{s}\t{100 * s}\t{s / 2}\n")
    write_text(root / "logs/score.log", "score: taken from the memo, entry 0123456789abcdef (0.1 s)\n")
    return {
        "settings": settings(),
        "scores": root / "scores/scores.parquet",
        "answers": root / "scores/answers.parquet",
        "tables": [root / f"tables/{name}.csv" for name in (*TABLES, "leakage")],
        "reference": [],
        "logs": sorted(root.glob("models/*/*/log.jsonl")),
        "instances": sorted(root.glob("instances/*/*.parquet")),
        "examples": sorted(root.glob("examples/*/*.parquet")),
        "shards": sorted(root.glob("shards/*/*.parquet")),
        "records": sorted(root.glob("records/*/*.parquet")),
        "quarantines": sorted(root.glob("records/*/*.jsonl")),
        "manifests": sorted(root.glob("raw/*/manifest.json")),
        "benchmarks": root / "benchmarks",
        "job_logs": root / "logs",
    }


def _pictures(raw: Path, count: int) -> None:
    for dataset in ("visual7w", "nlvr"):
        (raw / dataset).mkdir(parents=True)
        for i in range(count):
            image = Image.new("RGB", SIZE, (150 + 8 * (i % 8), 190, 210))
            draw = ImageDraw.Draw(image)
            for box, colour in zip(BOXES, ("#c33", "#3a3", "#33c", "#cc3")):
                draw.rectangle(box, fill=colour)
            image.save(raw / dataset / f"{i}.png")


def _instance(task: str, i: int, hostile: bool) -> dict:
    output = TASKS[task][4]
    text = HOSTILE[i % len(HOSTILE)] if hostile and i % 2 else f"What is in place {i}?"
    row = dict.fromkeys(schemas.INSTANCES.names) | {
        "region_names": [],
        "instance_id": f"{i}", "text": text, "regions": [], "options": [], "option_regions": [], "target_regions": [],
        "references": [],
    }  # fmt: skip
    if output != "text":
        row |= {"image": f"{TASKS[task][3]}/{i}.png", "width": SIZE[0], "height": SIZE[1]}
    if output == "region_choice":
        row |= {"option_regions": BOXES, "target_regions": [BOXES[i % 4]]}
    elif output == "region":
        row |= {"target_regions": [BOXES[i % 4]]}
    elif output == "image":
        row |= {"text": None, "regions": [BOXES[i % 4]], "target_crop": BOXES[i % 4]}
    elif output == "choice":
        row |= {"options": ["yes", "no"], "target": "yes", "references": ["yes"], "regions": [BOXES[0], BOXES[3]]}
    else:
        row |= {
            "target": "entailment",
            "references": ["entailment"],
            "subtask": SUBTASKS[i % 2],
            "instruction": "Define",
        }
    return row


def _examples(task: str, row: dict) -> list[dict]:
    target = spell(row["target_regions"][0], *SIZE) if row["target_regions"] else row["target"]
    kept = ("instance_id", "target_crop", "target_image", "image", "width", "height", "mask", "subtask")
    shared = {name: row[name] for name in kept}
    options = row["options"] + [spell(r, *SIZE) for r in row["option_regions"]]
    count = 1 if row["subtask"] else 5
    return [
        shared | {"instruction": i, "prompt": f"Instruction {i + 1} of {task}: {row['text']}", "target": target,
                  "name_prompt": None, "references": [target] if target else [], "options": options}
        for i in range(count)
    ]  # fmt: skip


def _shard(row: dict, examples: list[dict]) -> dict:
    """Tokens are numbered words."""
    first = examples[0]
    shared = {
        name: first[name] for name in ("instance_id", "references", "options", "image", "width", "height", "mask")
    }
    return shared | {
        "sources": [list(range(len(e["prompt"].split()))) for e in examples],
        "name_source": None,
        "target": list(range(len((first["target"] or "").split()))),
        "target_is_code": first["target"] is None,
        "truncated": int(row["instance_id"] == "3"),
        "target_text": first["target"],
        "subtask": row["subtask"],
    }


def _scores(root: Path, instances: dict) -> None:
    """Predictions, and what the real scoring makes of them."""
    unseen = [task for task, values in TASKS.items() if values[2] == "eval"]
    kinds = {task: "nlp" if TASKS[task][1] == "natural_instructions" else "multimodal" for task in unseen}
    seeds = {variant: SEEDS if variant != "ofa" else (None,) for variant in VARIANTS}
    runs = [{"variant": variant, "seed": seed, "tasks": unseen} for variant in VARIANTS for seed in seeds[variant]]
    multimodal = [t for t in unseen if kinds[t] == "multimodal"]
    runs += [{"variant": f"{name}_{value}", "seed": 0, "tasks": multimodal} for name, value in ABLATIONS]
    skill = SKILL | {f"{name}_{value}": share for (name, value), share in ABLATIONS.items()}
    paths = []
    for variant, seed, tasks in (run.values() for run in runs):
        for task in tasks:
            rows = [p for row in instances[task] for p in _predictions(variant, seed, skill[variant], task, row)]
            paths.append(root / f"predictions/{variant}/seed-{seed}/{task}.parquet")
            schemas.write(rows, schemas.PREDICTIONS, paths[-1])
    points = [{"ablation": name, "value": value, "variant": f"{name}_{value}"} for name, value in ABLATIONS]
    ends = [
        {"ablation": name, "value": value, "variant": WHOLE} for name, value in (("instructions", 5), ("groups", 9))
    ]
    scoring = {
        "tasks": {t: {"output": TASKS[t][4], "metrics": TASKS[t][5], "kind": kinds[t]} for t in unseen},
        "runs": runs,
        "seed": 0,
        "against": WHOLE,
        "ablations": points + ends,
        "whole": WHOLE,
    }
    scored = [root / f"scores/{name}.parquet" for name in ("answers", "scores")]
    score.main(settings=scoring, predictions=paths, out=[*scored, *(root / f"tables/{name}.csv" for name in TABLES)])


def _predictions(variant: str, seed: int | None, skill: float, task: str, row: dict) -> list[dict]:
    found = []
    for example in _examples(task, row):
        chance = random.Random(f"{variant} {seed} {task} {row['instance_id']} {example['instruction']}")
        right = chance.random() < skill + 0.02 * example["instruction"]
        wrong = spell(BOXES[int(row["instance_id"]) % 3 + 1], *SIZE) if row["option_regions"] else "nonsense & <b>"
        output = example["target"] if right else wrong if chance.random() < 0.9 else ""
        kept = ("subtask", "instance_id", "instruction", "target", "references", "options")
        found.append({name: example[name] for name in kept} | {"task": task, "mode": "free", "output": output})
    return found


def _log(variant: str, seed: int) -> str:
    rows: list[dict] = [
        {"step": 10 * i, "loss": 6 / (1 + 0.3 * i) + SKILL[variant] + 0.1 * seed * (i % 5)} for i in range(1, 60)
    ]
    rows += [{"step": 50 * i, "eval_loss": 5 / (1 + i) + SKILL[variant] + 0.1 * seed} for i in range(1, 6)]
    rows.append(
        {"steps": 600, "loss": 2.5, "examples_per_second": 210.4 + seed, "tokens_per_second": 9000,
         "train_runtime": 93.1, "peak_memory_mb": 900 + seed}
    )  # fmt: skip
    return "".join(json.dumps(row) + "\n" for row in rows)
