# Records of its datasets -> instances of one task, all of its splits in one job.

for _splits in PLAN.split_sets:

    rule:
        name:
            f"derive_{'_'.join(_splits)}"
        input:
            records=lambda w, _splits=_splits: [
                f"results/records/{dataset}/{split}.parquet"
                for split in _splits
                for dataset in PLAN.tasks[w.task].datasets
            ],
        output:
            instances=expand("results/instances/{{task}}/{split}.parquet", split=_splits),
        log:
            "results/logs/derive/{task}.log",
        benchmark:
            "results/benchmarks/derive/{task}.tsv"
        wildcard_constraints:
            task=PLAN.with_splits(_splits),
        conda:
            "../envs/data.yaml"
        threads: 1
        resources:
            mem_mb=1500,
            runtime=60,
        params:
            code=lambda w: stage_digest("derive", task=w.task),
            seed=PLAN.config.seed,
            max_instances=[PLAN.max_derived(split) for split in _splits],
            max_per_picture=PLAN.config.instances.max_per_picture,
            scale=lambda w: PLAN.location_scale if PLAN.tasks[w.task].in_bins else 1.0,
        shell:
            "python -m workflow_scripts.stages.derive --task {wildcards.task} --seed {params.seed}"
            " --max-instances {params.max_instances} --max-per-picture {params.max_per_picture}"
            " --scale {params.scale} --records {input.records} --out {output.instances} > {log} 2>&1"
