# Instances of one task -> examples: each instance under each of the task's instructions.


rule expand:
    input:
        instances="results/instances/{task}/{split}.parquet",
    output:
        examples="results/examples/{task}/{split}.parquet",
    log:
        "results/logs/expand/{task}/{split}.log",
    benchmark:
        "results/benchmarks/expand/{task}/{split}.tsv"
    conda:
        "../envs/data.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=60,
    params:
        code=stage_digest("expand"),
        templates=lambda w: PLAN.templates(w.task),
        scale=PLAN.location_scale,
    shell:
        "python -m workflow_scripts.stages.expand --scale {params.scale} --templates {params.templates:q}"
        " --instances {input.instances} --out {output.examples} > {log} 2>&1"
