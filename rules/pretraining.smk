# Pre-training of ofa_nano, which ships with the package (workflow_scripts/models/shipped). Nothing else asks for these
# rules: `snakemake pretrain_nano` makes results/pretraining/shipped/ anew; its README says how to ship it.


rule pretraining:
    output:
        manifest="results/pretraining/manifest.json",
        tokenizer=expand("results/pretraining/tokenizer/{name}", name=TOKENIZER_FILES),
        codes=expand("results/pretraining/vqgan/{name}", name=["config.json", "model.safetensors"]),
        shards=expand("results/pretraining/{name}.parquet", name=[*PRETRAINED, "validation"]),
    log:
        "results/logs/pretraining.log",
    benchmark:
        "results/benchmarks/pretraining.tsv"
    conda:
        "../envs/torch.yaml"
    threads: PLAN.config.training.threads
    resources:
        mem_mb=PLAN.config.training.mem_mb,
        runtime=120,
    params:
        code=stage_digest("pretraining"),
        seed=PLAN.config.pretraining.seed,
        amounts=PLAN.pretraining_amounts,
        symbols=PLAN.config.pretraining.symbols,
        vqgan=PLAN.pretraining_vqgan,
        threads=PLAN.config.training.threads,
    shell:
        "python -m workflow_scripts.stages.pretraining --seed {params.seed} --amounts {params.amounts:q}"
        " --symbols {params.symbols} --vqgan {params.vqgan:q} --threads {params.threads} --manifest {output.manifest}"
        " --tokenizer {output.tokenizer} --codes {output.codes} --shards {output.shards}"
        " > {log} 2>&1"


rule pretraining_fresh:
    input:
        tokenizer=rules.pretraining.output.tokenizer,
    output:
        model=PLAN.pretraining_model("fresh"),
    log:
        "results/logs/pretraining_fresh.log",
    benchmark:
        "results/benchmarks/pretraining_fresh.tsv"
    conda:
        "../envs/torch.yaml"
    threads: 1
    resources:
        mem_mb=PLAN.config.training.mem_mb,
        runtime=30,
    params:
        code=stage_digest("initialise"),
        seed=PLAN.config.pretraining.seed,
        settings=PLAN.pretraining_initialisation,
    shell:
        "python -m workflow_scripts.stages.initialise --size ofa_nano --seed {params.seed} --settings {params.settings:q}"
        " --tokenizer {input.tokenizer} --out {output.model} > {log} 2>&1"


rule pretraining_image_encoder:
    input:
        base=rules.pretraining_fresh.output.model,
        manifest=rules.pretraining.output.manifest,
    output:
        model=PLAN.pretraining_model("image_encoder"),
    log:
        "results/logs/pretraining_image_encoder.log",
    benchmark:
        "results/benchmarks/pretraining_image_encoder.tsv"
    conda:
        "../envs/torch.yaml"
    threads: PLAN.config.training.threads
    resources:
        mem_mb=PLAN.config.training.mem_mb,
        runtime=60,
    params:
        code=stage_digest("image_encoder"),
        seed=PLAN.config.pretraining.seed,
        pictures=PLAN.config.pretraining.first.pictures,
        settings=PLAN.config.pretraining.image_encoder.model_dump_json(),
        size=PLAN.config.picture.size,
        threads=PLAN.config.training.threads,
    shell:
        "python -m workflow_scripts.stages.image_encoder --seed {params.seed} --pictures {params.pictures}"
        " --settings {params.settings:q} --image-size {params.size} --threads {params.threads}"
        " --base {input.base} --manifest {input.manifest} --out {output.model} > {log} 2>&1"


for _before, _stage in zip(["image_encoder", *PRETRAINED], PRETRAINED):

    rule:
        name:
            f"pretraining_{_stage}"
        input:
            base=PLAN.pretraining_model(_before),
            shards=f"results/pretraining/{_stage}.parquet",
            validation="results/pretraining/validation.parquet",
            manifests=rules.pretraining.output.manifest,
        output:
            model=PLAN.pretraining_model(_stage),
            log=f"results/pretraining/{_stage}/log.jsonl",
        log:
            f"results/logs/pretraining_{_stage}.log",
        benchmark:
            f"results/benchmarks/pretraining_{_stage}.tsv"
        conda:
            "../envs/torch.yaml"
        threads: PLAN.config.training.threads
        resources:
            mem_mb=8000,
            runtime=600,
            gpu=PLAN.config.training.gpu,
        params:
            code=stage_digest("train"),
            seed=PLAN.config.pretraining.seed,
            settings=PLAN.pretraining_settings(_stage),
            threads=PLAN.config.training.threads,
            checkpoints=f"results/checkpoints/pretraining_{_stage}",
        shell:
            "python -m workflow_scripts.stages.train --seeds {params.seed} --settings {params.settings:q}"
            " --threads {params.threads} --base {input.base} --shards {input.shards} --validation {input.validation}"
            " --manifests {input.manifests} --checkpoints {params.checkpoints} --out {output.model} {output.log}"
            " > {log} 2>&1"


rule pretrain_nano:
    input:
        model=PLAN.pretraining_model(PRETRAINED[-1]),
        tokenizer=rules.pretraining.output.tokenizer,
        codes=rules.pretraining.output.codes,
    output:
        files=PLAN.shipped,
    log:
        "results/logs/pretrain_nano.log",
    benchmark:
        "results/benchmarks/pretrain_nano.tsv"
    conda:
        "../envs/torch.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=30,
    params:
        code=stage_digest("ship"),
    shell:
        "python -m workflow_scripts.stages.ship --model {input.model} --tokenizer {input.tokenizer} --codes {input.codes}"
        " --out {output.files} > {log} 2>&1"
