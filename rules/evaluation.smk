# Models and the shards of unseen tasks -> predictions (one job a variant, with all of its runs) -> scores.

for _variant in PLAN.evaluated:

    rule:
        name:
            f"evaluate_{_variant}"
        input:
            models=[file for run in PLAN.runs(_variant) for file in PLAN.model(run)],
            tokenizer=rules.tokenizer.output.files,
            shards=[shard for task in PLAN.evaluated_on(_variant) for shard in PLAN.shards(task, "test")],
            manifests=PLAN.manifests_of(PLAN.evaluated_on(_variant)),
        output:
            predictions=PLAN.predictions(_variant),
        log:
            f"results/logs/evaluate/{_variant}.log",
        benchmark:
            f"results/benchmarks/evaluate/{_variant}.tsv"
        conda:
            "../envs/torch.yaml"
        threads: PLAN.config.training.threads
        resources:
            mem_mb=PLAN.config.training.mem_mb,
            runtime=PLAN.config.training.runtime,
            gpu=PLAN.config.training.gpu,
        params:
            code=stage_digest("evaluate"),
            tasks=PLAN.evaluated_on(_variant),
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
