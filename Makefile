# make report   environment + the whole workflow on the embedded miniature world
# make test     environment + tests          make lint    style checks        make format   fix style
# make test-slow   the largest models against the original's numbers (about 12 GiB of memory)
# make bench       all of: make bench-read    reading the largest annotation files, deriving from them (3 GB of disk)
#                          make bench-model   seconds of a training step and of a generation, beside the original's
#                          make bench-eval    evaluation beside plain calls of generate; needs make report first
#                          make bench-train   samples per second of the whole trainer, beside the original's
# make tasks       a table of all tasks       make inspect TASK=counting N=3 HTML=1   examples as the model sees them
# make new-task TASK=spotting GROUP=vqa DATASET=mscoco OUTPUT=choice   a first draft of a task, to be edited
# CORES=4 make report   uses four cores instead of all

PYTHON ?= python3
CORES ?= all
N ?= 3
OUTPUT ?= text
BIN := .venv/bin
INSTALL := $(BIN)/pip install --quiet --disable-pip-version-check

.PHONY: report test test-slow tasks inspect new-task bench bench-read bench-model bench-eval bench-train lint format clean environment

report: environment
	$(BIN)/snakemake --cores $(CORES) results/report.html

test: environment
	$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder

test-slow: environment
	$(BIN)/pytest -m slow

tasks: environment
	$(BIN)/python -m workflow_scripts.tasks

inspect: environment
	$(BIN)/snakemake --cores $(CORES) --quiet all --config 'tasks={extra: [$(TASK)]}' -- task_$(TASK)
	$(BIN)/python -m workflow_scripts.report.inspection $(TASK) -n $(N) $(SPLIT:%=--split %) $(HTML:%=--html results/$(TASK).html)

new-task: environment
	$(BIN)/python -m workflow_scripts.tasks.new $(TASK) --group $(GROUP) --dataset $(DATASET) --output $(OUTPUT)
	$(BIN)/pytest tests/tasks -q -k "test_golden and $(TASK)" --update-golden
	$(BIN)/python -m workflow_scripts.catalogue --update README.md

bench: bench-read bench-model bench-train

bench-read: environment
	$(BIN)/python -m benchmarks.bench_read

bench-model: environment
	$(BIN)/python -m benchmarks.bench_model

bench-train: environment
	$(BIN)/python -m benchmarks.bench_train

bench-eval: environment
	$(BIN)/python -m benchmarks.bench_eval

lint: environment
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/snakefmt --check Snakefile rules
	$(BIN)/snakemake --lint

format: environment
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/snakefmt Snakefile rules

environment: .venv/.done

# Torch comes first and alone: the lock then installs exactly what it lists and can replace nothing (--no-deps).
.venv/.done: requirements.lock constraints.txt pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(None if sys.version_info[:2] == (3, 11) else "Python 3.11 is needed; found " + sys.version.split()[0] + ". Set PYTHON=/path/to/python3.11")'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(INSTALL) torch==2.13.0 --constraint constraints.txt
	$(INSTALL) --no-deps --require-hashes --requirement requirements.lock
	$(INSTALL) --no-deps --no-build-isolation --editable .
	touch $@

clean:
	rm -rf results .snakemake
