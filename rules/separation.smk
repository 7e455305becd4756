# Records -> fingerprints of pictures; the unseen tasks' instances -> what no other task may be trained on.


rule fingerprint:
    input:
        records=lambda w: PLAN.records_of_pictures(w.dataset),
        manifests=lambda w: PLAN.manifests_of_pictures(w.dataset),
    output:
        fingerprints="results/fingerprints/{dataset}.parquet",
    log:
        "results/logs/fingerprint/{dataset}.log",
    benchmark:
        "results/benchmarks/fingerprint/{dataset}.tsv"
    conda:
        "../envs/data.yaml"
    threads: 1
    resources:
        mem_mb=1500,
        runtime=240,
    params:
        code=lambda w: PLAN.fingerprint_digest(w.dataset),
    shell:
        "python -m workflow_scripts.stages.fingerprint --records {input.records} --manifests {input.manifests}"
        " --out {output.fingerprints} > {log} 2>&1"


rule hold_out:
    input:
        instances=expand("results/instances/{task}/test.parquet", task=PLAN.unseen),
        fingerprints=PLAN.fingerprints,
    output:
        held_out="results/held_out.parquet",
    log:
        "results/logs/hold_out.log",
    benchmark:
        "results/benchmarks/hold_out.tsv"
    conda:
        "../envs/data.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=60,
    params:
        code=stage_digest("hold_out"),
    shell:
        "python -m workflow_scripts.stages.hold_out --instances {input.instances} --fingerprints {input.fingerprints}"
        " --out {output.held_out} > {log} 2>&1"


rule leakage:
    input:
        instances=PLAN.trained_on("instances"),
        examples=PLAN.trained_on("examples"),
        held_out=rules.hold_out.output.held_out,
        fingerprints=PLAN.fingerprints,
    output:
        table=report(
            "results/tables/leakage.csv", category="Tables", caption="../workflow_scripts/report/captions/leakage.rst"
        ),
    log:
        "results/logs/leakage.log",
    benchmark:
        "results/benchmarks/leakage.tsv"
    conda:
        "../envs/data.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=60,
    params:
        code=stage_digest("leakage"),
    shell:
        "python -m workflow_scripts.stages.leakage --instances {input.instances} --examples {input.examples}"
        " --held-out {input.held_out} --fingerprints {input.fingerprints} --out {output.table} > {log} 2>&1"
