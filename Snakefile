# MULTIINSTRUCT from raw files to results/report.html. The rules are thin: all logic is in workflow_scripts/.
import os
import sys
from json import dumps as as_json
from pathlib import Path

sys.path.insert(0, workflow.basedir)  # this checkout's package, whichever one is installed

from snakemake.exceptions import WorkflowError
from snakemake.utils import min_version

from workflow_scripts.config import check
from workflow_scripts.errors import BadInput
from workflow_scripts.progress import say
from workflow_scripts.provenance import stage_digest
from workflow_scripts.stages.plan import TABLES, TOKENIZER_FILES, Plan, use_memo
from workflow_scripts.training.variants import VARIANTS

min_version("9.0")


configfile: "config.yaml"


# Jobs find the Python that runs Snakemake, also where its environment is not activated. Threads of torch that wait do so
# asleep: where jobs share cores, spinning makes a job many times slower.
os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

try:
    PLAN = Plan(check(config))
except BadInput as error:
    raise WorkflowError(f"{type(error).__name__}: {error}") from None
use_memo(PLAN.config.memo.folder)
for line in PLAN.left_out:
    say(line)


wildcard_constraints:
    dataset="[a-z0-9_]+",
    task="[a-z0-9_]+",
    split="train|validation|test",


rule all:
    input:
        "results/report.html",
    default_target: True


include: "rules/raw.smk"
include: "rules/records.smk"
include: "rules/tasks.smk"
include: "rules/instructions.smk"
include: "rules/tokens.smk"
include: "rules/training.smk"
include: "rules/evaluation.smk"
include: "rules/report.smk"
