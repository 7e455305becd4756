# Models and the shards of unseen tasks -> predictions (one job a model, so that it is loaded once) -> scores.

for _variant in PLAN.variants:

    rule:
        name:
            f"evaluate_{_variant}"
        input:
            model=PLAN.model(_variant),
            tokenizer=rules.tokenizer.output.files,
            shards=[shard for task in PLAN.unseen for shard in PLAN.shards(task, "test")],
            manifests=PLAN.manifests_of(PLAN.unseen),
        output:
            predictions=expand("results/predictions/{v}/{task}.parquet", v=_variant, task=PLAN.unseen),
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
            tasks=PLAN.unseen,
            settings=PLAN.generation,
            threads=PLAN.config.training.threads,
        shell:
            "python -m workflow_scripts.stages.evaluate --tasks {params.tasks} --settings {params.settings:q}"
            " --threads {params.threads} --model {input.model} --tokenizer {input.tokenizer} --shards {input.shards}"
            " --manifests {input.manifests} --out {output.predictions} > {log} 2>&1"


rule score:
    input:
        predictions=expand("results/predictions/{v}/{task}.parquet", v=PLAN.variants, task=PLAN.unseen),
    output:
        answers="results/scores/answers.parquet",
        scores="results/scores/scores.parquet",
        tables=expand("results/tables/{name}.csv", name=TABLES),
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
        tasks=PLAN.scoring,
        variants=PLAN.variants,
    shell:
        "python -m workflow_scripts.stages.score --tasks {params.tasks:q} --variants {params.variants}"
        " --predictions {input.predictions} --out {output.answers} {output.scores} {output.tables} > {log} 2>&1"
