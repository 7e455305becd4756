# Records of a dataset -> instances of one task.


rule derive:
    input:
        records=lambda w: f"results/records/{PLAN.tasks[w.task].dataset}/{w.split}.parquet",
    output:
        instances="results/instances/{task}/{split}.parquet",
    log:
        "results/logs/derive/{task}/{split}.log",
    benchmark:
        "results/benchmarks/derive/{task}/{split}.tsv"
    conda:
        "../envs/data.yaml"
    threads: 1
    resources:
        mem_mb=1500,
        runtime=60,
    params:
        code=lambda w: stage_digest("derive", task=w.task),
        seed=PLAN.config.seed,
        max_instances=lambda w: PLAN.max_instances(w.split),
        max_per_picture=PLAN.config.instances.max_per_picture,
    shell:
        "python -m workflow_scripts.stages.derive --task {wildcards.task} --seed {params.seed}"
        " --max-instances {params.max_instances} --max-per-picture {params.max_per_picture}"
        " --records {input.records} --out {output.instances} > {log} 2>&1"
