# MULTIINSTRUCT from raw files to results/report.html. The rules are thin: all logic is in workflow_scripts/.
import sys
from json import dumps as as_json

sys.path.insert(0, workflow.basedir)  # this checkout's package, whichever one is installed

from snakemake.exceptions import WorkflowError
from snakemake.utils import min_version

from workflow_scripts.config import check
from workflow_scripts.errors import BadInput
from workflow_scripts.progress import say
from workflow_scripts.provenance import stage_digest
from workflow_scripts.stages.plan import PRETRAINED, TABLES, Plan, prepare_environment
from workflow_scripts.tokens.vocabulary import FILES as TOKENIZER_FILES

min_version("9.0")


configfile: "config.yaml"


report: "workflow_scripts/report/captions/workflow.rst"


try:
    PLAN = Plan(check(config))
except BadInput as error:
    raise WorkflowError(f"{type(error).__name__}: {error}") from None
prepare_environment(PLAN.config.memo.folder)
for line in PLAN.left_out:
    say(line)


wildcard_constraints:
    dataset="[a-z0-9_]+",
    task="[a-z0-9_]+",
    split="train|validation|test",


onstart:
    # Snakemake's limit of 100 starts a second sets a timer whenever it looks for jobs while some are waiting, and each
    # timer makes it look again: after 250 jobs, 250 times a second. On one machine the limit is of no use.
    if workflow.local_exec:
        workflow.scheduler.job_rate_limiter = None


rule all:
    default_target: True
    input:
        "results/report.html",


include: "rules/raw.smk"
include: "rules/released.smk"
include: "rules/records.smk"
include: "rules/tasks.smk"
include: "rules/separation.smk"
include: "rules/instructions.smk"
include: "rules/tokens.smk"
include: "rules/training.smk"
include: "rules/pretraining.smk"
include: "rules/evaluation.smk"
include: "rules/report.smk"
