# Instances of one task -> examples: each instance under each of the task's instructions.

for _splits in PLAN.split_sets:

    rule:
        name:
            f"expand_{'_'.join(_splits)}"
        input:
            instances=expand("results/instances/{{task}}/{split}.parquet", split=_splits),
        output:
            examples=expand("results/examples/{{task}}/{split}.parquet", split=_splits),
        log:
            "results/logs/expand/{task}.log",
        benchmark:
            "results/benchmarks/expand/{task}.tsv"
        wildcard_constraints:
            task=PLAN.with_splits(_splits),
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
