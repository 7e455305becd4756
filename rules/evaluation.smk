# Models and the shards of unseen tasks -> predictions (one job a variant, with all of its runs, and one for the
# ablations) -> scores.

for _name, _variants in PLAN.evaluations.items():
    _runs = [run for variant in _variants for run in PLAN.runs(variant)]
    _tasks = PLAN.evaluated_on(_variants[0])

    rule:
        name:
            f"evaluate_{_name}"
        input:
            models=[file for run in _runs for file in PLAN.model(run)],
            tokenizer=rules.tokenizer.output.files,
            shards=[shard for task in _tasks for shard in PLAN.shards(task, "test")],
            manifests=PLAN.manifests_of(_tasks),
        output:
            predictions=[file for variant in _variants for file in PLAN.predictions(variant)],
        log:
            f"results/logs/evaluate/{_name}.log",
        benchmark:
            f"results/benchmarks/evaluate/{_name}.tsv"
        conda:
            "../envs/torch.yaml"
        threads: PLAN.config.training.threads
        resources:
            mem_mb=PLAN.config.training.mem_mb,
            runtime=PLAN.config.training.runtime,
            gpu=PLAN.config.training.gpu,
        params:
            code=stage_digest("evaluate"),
            tasks=_tasks,
            settings=PLAN.generation,
            threads=PLAN.config.training.threads,
        shell:
            "python -m workflow_scripts.stages.evaluate --tasks {params.tasks} --settings {params.settings:q}"
            " --threads {params.threads} --models {input.models} --tokenizer {input.tokenizer} --shards {input.shards}"
            " --manifests {input.manifests} --out {output.predictions} > {log} 2>&1"


rule score:
    input:
        predictions=[file for variant in PLAN.evaluated for file in PLAN.predictions(variant)],
    output:
        answers="results/scores/answers.parquet",
        scores="results/scores/scores.parquet",
        tables=[
            report(
                f"results/tables/{name}.csv",
                category="Tables",
                caption=f"../workflow_scripts/report/captions/{name}.rst",
            )
            for name in TABLES
        ],
    log:
        "results/logs/score.log",
    benchmark:
        "results/benchmarks/score.tsv"
    conda:
        "../envs/report.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=60,
    params:
        code=stage_digest("score"),
        settings=PLAN.scoring,
    shell:
        "python -m workflow_scripts.stages.score --settings {params.settings:q}"
        " --predictions {input.predictions} --out {output.answers} {output.scores} {output.tables} > {log} 2>&1"
