# Scores, logs and examples -> one HTML file.


rule report:
    input:
        scores=rules.score.output.scores,
        answers=rules.score.output.answers,
        tables=rules.score.output.tables,
        leakage=rules.leakage.output.table,
        logs=[PLAN.log(run) for variant in PLAN.tuned for run in PLAN.runs(variant)],
        instances=PLAN.every("instances"),
        examples=PLAN.every("examples"),
        shards=PLAN.all_shards,
        records=PLAN.records,
        quarantines=PLAN.quarantines,
        manifests=PLAN.all_manifests,
    output:
        html=report("results/report.html", category="Report"),
    log:
        "results/logs/report.log",
    benchmark:
        "results/benchmarks/report.tsv"
    conda:
        "../envs/report.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=30,
    params:
        code=stage_digest("report"),
        settings=PLAN.reporting,
    shell:
        "python -m workflow_scripts.stages.report --settings {params.settings:q} --scores {input.scores}"
        " --answers {input.answers} --tables {input.tables} --leakage {input.leakage}"
        " --logs {input.logs} --instances {input.instances} --examples {input.examples} --shards {input.shards} --records {input.records}"
        " --quarantines {input.quarantines}"
        " --manifests {input.manifests} --out {output.html} > {log} 2>&1"
