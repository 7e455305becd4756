# Shards and a base checkpoint -> one model per variant; a variant that starts from another takes its very checkpoint.


rule initialise:
    input:
        tokenizer=rules.tokenizer.output.files,
        base=PLAN.base,
    output:
        model=PLAN.model("ofa"),
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


for _variant in PLAN.models:
    if VARIANTS[_variant] is None:
        continue

    rule:
        name:
            f"train_{_variant}"
        input:
            base=PLAN.model(VARIANTS[_variant].base),
            shards=[shard for task in PLAN.tuned_on(_variant) for shard in PLAN.shards(task, "train")],
            validation=PLAN.validation(_variant),
            manifests=PLAN.manifests_of(PLAN.tuned_on(_variant)),
        output:
            model=PLAN.model(_variant),
            log=f"results/models/{_variant}/log.jsonl",
        log:
            f"results/logs/train/{_variant}.log",
        benchmark:
            f"results/benchmarks/train/{_variant}.tsv"
        conda:
            "../envs/torch.yaml"
        threads: PLAN.config.training.threads
        resources:
            mem_mb=PLAN.config.training.mem_mb,
            runtime=PLAN.config.training.runtime,
            gpu=PLAN.config.training.gpu,
        params:
            code=stage_digest("train"),
            seed=PLAN.config.seed,
            settings=PLAN.tuning(_variant),
            threads=PLAN.config.training.threads,
        shell:
            "python -m workflow_scripts.stages.train --seed {params.seed} --settings {params.settings:q}"
            " --threads {params.threads} --base {input.base} --shards {input.shards} --validation {input.validation}"
            " --manifests {input.manifests} --out {output.model} {output.log} > {log} 2>&1"
