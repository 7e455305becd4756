# Instances of one task -> examples: each instance under each of the task's instructions. What is trained on has nothing in
# common with what unseen tasks are evaluated on.

for _splits in PLAN.split_sets:

    rule:
        name:
            f"expand_{'_'.join(_splits)}"
        input:
            instances=expand("results/instances/{{task}}/{split}.parquet", split=_splits),
            held_out=[] if _splits == ("test",) else rules.hold_out.output.held_out,
            fingerprints=lambda w, _splits=_splits: [] if _splits == ("test",) else PLAN.fingerprints_of(w.task),
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
            by_name=lambda w: ["--by-name", PLAN.by_name(w.task)] if PLAN.by_name(w.task) else [],
            scale=PLAN.location_scale,
            max_instances=[PLAN.max_instances(split) for split in _splits],
        shell:
            "python -m workflow_scripts.stages.expand --scale {params.scale} --templates {params.templates:q}"
            " {params.by_name:q} --max-instances {params.max_instances} --instances {input.instances}"
            " --held-out {input.held_out} --fingerprints {input.fingerprints} --out {output.examples} > {log} 2>&1"
