# Shards and a base checkpoint -> models, one a run: one job tunes a variant with each of its seeds. A variant that starts
# from another takes the very checkpoint of the same seed.


rule initialise:
    input:
        tokenizer=rules.tokenizer.output.files,
        base=PLAN.base,
    output:
        model=PLAN.model(PLAN.runs("ofa")[0]),
    log:
        "results/logs/initialise.log",
    benchmark:
        "results/benchmarks/initialise.tsv"
    conda:
        "../envs/torch.yaml"
    threads: 1
    resources:
        mem_mb=PLAN.config.training.mem_mb,
        runtime=30,
    params:
        code=stage_digest("initialise"),
        size=PLAN.config.model.size,
        seed=PLAN.config.seed,
        settings=PLAN.initialisation,
    shell:
        "python -m workflow_scripts.stages.initialise --size {params.size} --seed {params.seed}"
        " --settings {params.settings:q} --tokenizer {input.tokenizer} --base {input.base:q} --out {output.model} > {log} 2>&1"


for _variant in PLAN.tuned:

    rule:
        name:
            f"train_{_variant}"
        input:
            base=PLAN.bases(_variant),
            shards=[shard for task in PLAN.tuned_on(_variant) for shard in PLAN.shards(task, "train")],
            validation=PLAN.validation(_variant),
            manifests=PLAN.manifests_of(PLAN.tuned_on(_variant)),
        output:
            files=PLAN.tuned_files(_variant),
        log:
            f"results/logs/train/{_variant}.log",
        benchmark:
            f"results/benchmarks/train/{_variant}.tsv"
        priority: PLAN.priority(_variant)
        conda:
            "../envs/torch.yaml"
        threads: PLAN.config.training.threads * PLAN.config.training.processes
        resources:
            mem_mb=PLAN.config.training.mem_mb,
            runtime=PLAN.config.training.runtime,
            gpu=PLAN.config.training.gpu * PLAN.config.training.processes,
        params:
            code=stage_digest("train"),
            seeds=[run.seed for run in PLAN.runs(_variant)],
            settings=PLAN.tuning(_variant),
            threads=PLAN.config.training.threads,
            checkpoints=f"results/checkpoints/{_variant}",
            curves=f"results/logs/tensorboard/{_variant}",
            train=PLAN.train,
        shell:
            "{params.train} --seeds {params.seeds} --settings {params.settings:q}"
            " --threads {params.threads} --base {input.base} --shards {input.shards} --validation {input.validation}"
            " --manifests {input.manifests} --checkpoints {params.checkpoints} --curves {params.curves}"
            " --out {output.files} > {log} 2>&1"
