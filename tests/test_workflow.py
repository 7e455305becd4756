"""The whole workflow on the smoke config: it ends, and re-runs are exact."""

import csv
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from workflow_runs import contents, copy_repository, finish, planned, snakemake

from workflow_scripts.files import sha256
from workflow_scripts.models.ofa.checkpoints import load
from workflow_scripts.tokens.bpe import TextTokenizer

REPORT = {"report report.html"}
AFTER_TRAINING = {"score scores/answers.parquet"} | REPORT
LEAKAGE = {"leakage tables/leakage.csv"}
VARIANTS = (
    *("ofa", "ofa_taskname", "ofa_multiinstruct", "ofa_naturalinstruct", "ofa_mixedinstruct", "ofa_seqinstruct"),
    *("instructions_1", "groups_3"),
)
TUNED = VARIANTS[1:]
ABLATIONS = VARIANTS[6:]  # of the smoke config
NLVR = "natural_language_for_visual_reasoning"
FIRST_UNSEEN = "commonsense_vqa"  # by group and id


def run(variant: str, seed: int = 0) -> str:
    return variant if variant == "ofa" else f"{variant}/seed-{seed}"


def evaluated(*variants: str, seed: int = 0) -> set[str]:
    """The jobs of variants; one does all ablations, and is known by the first of the smoke config."""
    job = {v: ("ablations", ABLATIONS[0]) if not v.startswith("ofa") else (v, v) for v in variants}
    return {f"evaluate_{name} predictions/{run(v, seed)}/{FIRST_UNSEEN}.parquet" for name, v in job.values()}


def trained(*variants: str, seed: int = 0) -> set[str]:
    return {f"train_{v} models/{run(v, seed)}/config.json" for v in variants}


def retrained(*untouched: str) -> set[str]:
    """What follows new training shards of a task; untouched: the variants that it is no part of."""
    variants = set(TUNED) - set(untouched)
    return trained(*variants) | evaluated(*variants) | AFTER_TRAINING


# Of any task of MULTIINSTRUCT, and of one whose group is not among the first three.
RETRAINED, RETRAINED_LATE = retrained("ofa_naturalinstruct"), retrained("ofa_naturalinstruct", "groups_3")
TASKS = "workflow_scripts/tasks"


def stages_of(task: str, *stages: str, splits: tuple[str, ...] = ("train", "validation")) -> set[str]:
    """The jobs of a task, each known by its first output."""
    files = {"derive": "instances/{}/{}", "expand": "examples/{}/{}", "tokenise": "shards/{}/{}-00000-of-00001"}
    return {f"{stage}_{'_'.join(splits)} {files[stage].format(task, splits[0])}.parquet" for stage in stages}


@pytest.fixture(scope="module")
def done(tmp_path_factory) -> Path:
    """A working copy in which the workflow has run."""
    folder = copy_repository(tmp_path_factory.mktemp("run"))
    finish(folder, "results/report.html", memo=folder / ".memo")
    return folder


@pytest.fixture
def edit(done):
    """Replaces text in a file of the working copy; afterwards the file is as before."""
    before: dict[Path, bytes] = {}

    def change(name: str, old: str, new: str) -> None:
        path = done / name
        before.setdefault(path, path.read_bytes())
        text = path.read_text()
        assert text.count(old) >= 1, f"{name} does not hold {old!r}"
        path.write_text(text.replace(old, new, 1))

    yield change
    for path, content in before.items():
        path.write_bytes(content)


def test_it_ends_with_a_report_and_scores_for_every_variant_seed_and_instruction(done):
    page = (done / "results/report.html").read_text()
    assert "ofa_seqinstruct" in page
    with open(done / "results/tables/scores.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    asked = [(r["variant"], r["seed"], r["instruction"]) for r in rows if r["task"] == "grounded_vqa"]
    seeds = {v: "" if v == "ofa" else "0" for v in VARIANTS}
    assert sorted(asked) == sorted((v, seeds[v], str(i)) for v in VARIANTS for i in range(5))
    texts = {r["variant"] for r in rows if r["task"].startswith("task")}
    assert texts == set(VARIANTS) - set(ABLATIONS)


def test_the_report_says_in_a_browser_what_the_tables_say(browser, done):
    complaints = []
    page = browser.new_page()
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto((done / "results/report.html").as_uri())
    table = page.get_by_role("table", name="Scores on the unseen multimodal tasks")
    column = table.locator("thead th").all_inner_texts().index("ofa_multiinstruct")
    cell = table.locator("tbody tr", has_text="Visual Entailment").first.locator("th, td").nth(column).inner_text()
    pictures = page.locator(".item").count()
    page.close()
    with open(done / "results/tables/tasks.csv", newline="") as file:
        [row] = [
            r for r in csv.DictReader(file)
            if (r["variant"], r["task"], r["metric"]) == ("ofa_multiinstruct", "visual_entailment", "accuracy")
        ]  # fmt: skip
    assert f"{100 * float(row['mean']):.1f} ± {100 * float(row['std']):.1f}" in cell
    assert pictures > 0
    assert complaints == []


def test_every_variant_is_a_model_of_its_own(done):
    models = {v: (done / f"results/models/{run(v)}/model.safetensors").read_bytes() for v in VARIANTS}
    assert len(set(models.values())) == len(VARIANTS)


def test_the_second_stage_starts_from_the_very_checkpoint_of_the_first(done):
    log = f"results/models/{run('ofa_seqinstruct')}/log.jsonl"
    said = finish(done, "-n", "--forcerun", "train_ofa_seqinstruct", "--", log)
    assert "train_ofa_naturalinstruct" not in said
    assert f"results/models/{run('ofa_naturalinstruct')}/model.safetensors" in said


def test_nothing_to_do_afterwards(done):
    assert planned(done) == set()


def test_an_instruction_reruns_its_task_from_expand_on(done, edit):
    edit(f"{TASKS}/miscellaneous/image_captioning.yaml", "Give the photo a caption,", "Caption this photo,")
    assert planned(done) == stages_of("image_captioning", "expand", "tokenise") | RETRAINED_LATE | LEAKAGE


def test_an_unseen_tasks_instruction_trains_nothing(done, edit):
    edit(f"{TASKS}/vqa/grounded_vqa.yaml", "Answer with one of the regions.", "Answer by one of the regions.")
    task = stages_of("grounded_vqa", "expand", "tokenise", splits=("test",))
    assert planned(done) == task | evaluated(*VARIANTS) | AFTER_TRAINING


def test_a_task_module_reruns_its_task_from_derive_on(done, edit):
    edit(f"{TASKS}/image_understanding/counting.py", 'tdiuc_task("Counting"', 'tdiuc_task("Counting things"')
    assert planned(done) == stages_of("counting", "derive", "expand", "tokenise") | RETRAINED | LEAKAGE


def test_a_dataset_module_reruns_from_its_read_on(done, edit):
    """An unseen task's: what it holds out may have changed, for every task."""
    edit("workflow_scripts/datasets/nlvr.py", 'label=row.label == "true"', 'label=row.label != "false"')
    found = planned(done)
    own = stages_of(NLVR, "derive", "expand", "tokenise", splits=("test",))
    assert found >= own | {"read_nlvr records/nlvr/test.parquet", "fingerprint fingerprints/nlvr.parquet"}
    assert "hold_out held_out.parquet" in found
    assert {job for job in found if job.startswith(("derive", "read", "fingerprint"))} == {
        *stages_of(NLVR, "derive", splits=("test",)),
        *("read_nlvr records/nlvr/test.parquet", "fingerprint fingerprints/nlvr.parquet"),
    }


@pytest.mark.parametrize("task", ["vqa/compositional_vqa", "commonsense_reasoning/visual_spatial_reasoning"])
def test_a_task_that_is_deleted_changes_no_other_tasks_instances(done, task):
    """Without an unseen task less is held out, which examples show and instances do not."""
    files = [done / TASKS / f"{task}{suffix}" for suffix in (".py", ".yaml")]
    before = [path.read_bytes() for path in files]
    for path in files:
        path.unlink()
    try:
        jobs = planned(done)
        assert jobs
        assert {job for job in jobs if job.startswith(("derive", "fingerprint"))} == set()
    finally:
        for path, content in zip(files, before):
            path.write_bytes(content)


def test_snakemakes_own_report_has_the_page_and_the_tables_with_captions(done, tmp_path):
    finish(done, "--report", str(tmp_path / "archive.zip"))
    with zipfile.ZipFile(tmp_path / "archive.zip") as archive:
        held = {Path(name).name for name in archive.namelist()}
        page = archive.read("archive/report.html").decode()
    captions = {path.stem: path.read_text() for path in (done / "workflow_scripts/report/captions").glob("*.rst")}
    assert held == {"report.html", *(f"{name}.csv" for name in captions if name not in ("workflow", "report"))}
    assert [name for name, text in captions.items() if " ".join(text.split()[:3]) not in page] == []


def test_the_reports_template_reruns_the_report_alone(done, edit):
    edit("workflow_scripts/report/template.html.j2", "<main", "<main data-edited")
    assert planned(done) == {"report report.html"}


def test_what_ships_can_be_made_anew(done):
    finish(done, "pretrain_nano")
    shipped = done / "results/pretraining/shipped"
    sums = dict(reversed(line.split()) for line in (shipped / "SHA256SUMS").read_text().splitlines())
    assert sums == {str(p.relative_to(shipped)): sha256(p) for p in shipped.glob("*/*")}
    assert load(shipped / "ofa_nano").config.vocab_size == TextTokenizer(shipped / "ofa_nano_bpe").vocabulary.size


def test_a_value_that_only_training_reads_reruns_from_training_on(done, edit):
    edit("config.yaml", "weight_decay: 0.01", "weight_decay: 0.02")
    assert planned(done) == retrained()


def test_a_stages_own_value_reruns_what_has_that_stage(done, edit):
    edit("configs/smoke.yaml", "mixedinstruct: {epochs: 1}", "mixedinstruct: {epochs: 2}")
    assert planned(done) == trained("ofa_mixedinstruct") | evaluated("ofa_mixedinstruct") | AFTER_TRAINING


def test_seeds_of_ablations_rerun_these_alone(done):
    given = ("--config", "training={ablation_seeds: [1]}")
    again = trained(*ABLATIONS, seed=1) | evaluated(*ABLATIONS, seed=1)
    assert planned(done, *given) == again | AFTER_TRAINING


def test_another_ablation_tunes_that_one_alone(done):
    given = ("--config", "ablations={groups: [3, 1]}")
    assert planned(done, *given) == trained("groups_1") | evaluated("groups_1") | AFTER_TRAINING


def test_another_seed_tunes_nothing_again_with_the_first(done):
    log = f"results/models/{run('ofa_naturalinstruct', 1)}/log.jsonl"
    before = contents(done, f"models/{run('ofa_naturalinstruct')}/*")
    given = ("--config", "training={seeds: [1, 0]}")
    finish(done, log, *given, memo=done / ".memo")
    said = (done / "results/logs/train/ofa_naturalinstruct.log").read_text()
    assert "seed 0 taken from the memo" in said
    assert "seed 1:" in said
    assert contents(done, f"models/{run('ofa_naturalinstruct')}/*") == before
    shutil.rmtree(done / f"results/models/{run('ofa_naturalinstruct', 1)}")
    finish(done, memo=done / ".memo")
    assert planned(done) == set()


def test_comments_and_docstrings_rerun_nothing(done, edit):
    edit("workflow_scripts/schemas.py", '"""The Arrow schema', '# a remark\n"""The Arrow  schema')
    edit(f"{TASKS}/vqa/grounded_vqa.yaml", "templates:", "# a remark\ntemplates:")
    assert planned(done) == set()


def test_touching_every_input_reruns_nothing(done):
    for path in [*done.glob("results/**/*"), *done.glob("workflow_scripts/**/*"), *done.glob("rules/*")]:
        os.utime(path)
    assert planned(done) == set()


def test_a_fresh_clone_over_kept_results_reruns_nothing(done, tmp_path):
    clone = copy_repository(tmp_path / "clone")
    for name in ("results", ".snakemake"):
        shutil.copytree(done / name, clone / name, copy_function=shutil.copy2)
    assert planned(clone) == set()


def test_a_change_without_effect_does_not_train_again(done, edit):
    edit(f"{TASKS}/image_understanding/tdiuc.py", "OPTIONS = 4", "OPTIONS = 2 + 2")
    assert planned(done) >= RETRAINED
    finish(done, memo=done / ".memo")
    log = (done / "results/logs/train/ofa_multiinstruct.log").read_text()
    assert log.startswith("train: seed 0 taken from the memo")
    assert planned(done) == set()


def test_deleted_results_come_back_from_the_memo(done, edit):
    before = contents(done, "models/**/*", "shards/**/*", "tables/*", "report.html")
    shutil.rmtree(done / "results")
    finish(done, memo=done / ".memo")
    assert contents(done, "models/**/*", "shards/**/*", "tables/*", "report.html") == before


def test_a_new_task_takes_two_files(done):
    """Drafted by the command for it, it runs; its golden file is written as anybody would."""
    command = [sys.executable, "-m", "workflow_scripts.tasks.new", "spotting", "--group", "games"]
    drafted = subprocess.run(
        [*command, "--dataset", "tdiuc", "--output", "choice"], cwd=done, capture_output=True, text=True
    )
    assert drafted.returncode == 0, drafted.stderr
    try:
        assert planned(done) == stages_of("spotting", "derive", "expand", "tokenise") | RETRAINED_LATE | LEAKAGE
        finish(done, "task_spotting", memo=done / ".memo")
        golden = [
            sys.executable,
            "-m",
            "pytest",
            "tests/tasks",
            "-q",
            "-p",
            "no:cacheprovider",
            "-k",
            "test_golden and spotting",
        ]
        written = subprocess.run([*golden, "--update-golden"], cwd=done, capture_output=True, text=True)
        assert written.returncode == 0, written.stdout
        assert len((done / "tests/golden/spotting.jsonl").read_text().splitlines()) == 3
    finally:
        shutil.rmtree(done / TASKS / "games")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("trainning={threads: 1}", "unknown key trainning; did you mean training?"),
        ("training={treads: 1}", "unknown key training.treads; did you mean threads?"),
        ("variants=[ofa_multinstruct]", "did you mean ofa_multiinstruct?"),
        ("training={seeds: [0, 0]}", "value error, 0 occurs more than once"),
    ],
)
def test_a_wrong_config_stops_with_a_clear_error(done, given, said):
    stopped = snakemake(done, "-n", "--config", given)
    assert stopped.returncode == 1
    assert said in stopped.stderr + stopped.stdout


def test_a_wrong_template_stops_with_file_and_line(done, edit):
    edit(f"{TASKS}/vqa/grounded_vqa.yaml", "<TEXT> Answer with", "<TEXTE> Answer with")
    stopped = snakemake(done, "-n")
    assert stopped.returncode == 1
    said = stopped.stderr + stopped.stdout
    assert "tasks/vqa/grounded_vqa.yaml:2: template 1: <TEXTE> is not filled by this task" in said
    assert "template 1: <TEXT> is missing" in said


def test_a_failing_job_shows_its_log(done, tmp_path):
    """A truncated archive in the mirror: what is wrong, in which file, what to do."""
    mirror = tmp_path / "mirror/nlvr"
    mirror.mkdir(parents=True)
    whole = (done / "results/mirror/nlvr/nlvr-master.zip").read_bytes()
    (mirror / "nlvr-master.zip").write_bytes(whole[: len(whole) // 2])
    folder = copy_repository(tmp_path / "run")
    given = f"raw={{mirror: {mirror.parent}}}"
    stopped = snakemake(folder, "results/raw/nlvr/manifest.json", "--config", given)
    said = stopped.stderr + stopped.stdout
    assert stopped.returncode == 1
    assert "BadData" in said
    assert "nlvr-master.zip" in said
    assert not (folder / "results/raw/nlvr/manifest.json").exists()
