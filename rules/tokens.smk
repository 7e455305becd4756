# Examples -> shards of token ids; before them the text tokenizer and the VQ-GAN for picture codes.


rule tokenizer:
    input:
        released=PLAN.released_tokenizer,
        records=PLAN.corpus(),
    output:
        files=expand("results/tokenizer/{name}", name=TOKENIZER_FILES),
    log:
        "results/logs/tokenizer.log",
    benchmark:
        "results/benchmarks/tokenizer.tsv"
    conda:
        "../envs/data.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=60,
    params:
        code=stage_digest("tokenizer"),
        symbols=PLAN.config.tokens.symbols,
    shell:
        "python -m workflow_scripts.stages.tokenizer --symbols {params.symbols} --released {input.released:q}"
        " --records {input.records} --out {output.files} > {log} 2>&1"


rule vqgan:
    input:
        released=PLAN.released_vqgan,
        records=[] if PLAN.released_vqgan else f"results/records/{PLAN.config.vqgan.pictures}/train.parquet",
        manifests=[] if PLAN.released_vqgan else f"results/raw/{PLAN.config.vqgan.pictures}/manifest.json",
    output:
        files=expand("results/models/vqgan/{name}", name=["config.json", "model.safetensors"]),
    log:
        "results/logs/vqgan.log",
    benchmark:
        "results/benchmarks/vqgan.tsv"
    conda:
        "../envs/torch.yaml"
    threads: PLAN.config.training.threads
    resources:
        mem_mb=PLAN.config.training.mem_mb,
        runtime=PLAN.config.training.runtime,
        gpu=PLAN.config.training.gpu,
    params:
        code=stage_digest("vqgan"),
        seed=PLAN.config.seed,
        model=PLAN.vqgan,
        steps=PLAN.config.vqgan.steps,
        batch_size=PLAN.config.vqgan.batch_size,
        learning_rate=PLAN.config.vqgan.learning_rate,
        threads=PLAN.config.training.threads,
    shell:
        "python -m workflow_scripts.stages.vqgan --seed {params.seed} --model {params.model:q} --steps {params.steps}"
        " --batch-size {params.batch_size} --learning-rate {params.learning_rate} --threads {params.threads}"
        " --released {input.released:q} --records {input.records} --manifests {input.manifests}"
        " --out {output.files} > {log} 2>&1"


for _splits in PLAN.split_sets:

    rule:
        name:
            f"tokenise_{'_'.join(_splits)}"
        input:
            examples=expand("results/examples/{{task}}/{split}.parquet", split=_splits),
            tokenizer=rules.tokenizer.output.files,
            vqgan=lambda w: rules.vqgan.output.files if PLAN.tasks[w.task].output == "image" else [],
            manifests=lambda w: PLAN.manifests_of([w.task]) if PLAN.tasks[w.task].output == "image" else [],
        output:
            shards=[shard for split in _splits for shard in PLAN.shards("{task}", split)],
        log:
            "results/logs/tokenise/{task}.log",
        benchmark:
            "results/benchmarks/tokenise/{task}.tsv"
        wildcard_constraints:
            task=PLAN.with_splits(_splits),
        conda:
            "../envs/torch.yaml"
        threads: 1
        resources:
            mem_mb=2000,
            runtime=120,
        params:
            code=stage_digest("tokenise"),
            max_source=PLAN.config.tokens.max_source,
            max_target=PLAN.config.tokens.max_target,
            instances_per_shard=PLAN.config.tokens.instances_per_shard,
            shards=[len(PLAN.shards("{task}", split)) for split in _splits],
        shell:
            "python -m workflow_scripts.stages.tokenise --max-source {params.max_source}"
            " --max-target {params.max_target} --instances-per-shard {params.instances_per_shard}"
            " --shards {params.shards} --examples {input.examples} --tokenizer {input.tokenizer}"
            " --vqgan {input.vqgan} --manifests {input.manifests} --out {output.shards} > {log} 2>&1"


for _task in PLAN.tasks.values():

    rule:
        name:
            f"task_{_task.id}"
        input:
            [shard for split in _task.splits for shard in PLAN.shards(_task.id, split)],
