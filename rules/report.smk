# Scores, logs and examples -> one HTML file, and the tables of scores for LaTeX. With `snakemake --report file.zip` the
# main outputs stand together, each with its caption.


rule report:
    input:
        scores=rules.score.output.scores,
        answers=rules.score.output.answers,
        tables=[*rules.score.output.tables, rules.leakage.output.table],
        reference=PLAN.reference,
        logs=[PLAN.log(run) for variant in PLAN.tuned for run in PLAN.runs(variant)],
        instances=PLAN.every("instances"),
        examples=PLAN.every("examples"),
        shards=PLAN.all_shards,
        records=PLAN.records,
        quarantines=PLAN.quarantines,
        manifests=PLAN.all_manifests,
    output:
        html=report("results/report.html", category="Report", caption="../workflow_scripts/report/captions/report.rst"),
        tex=expand("results/tables/{name}.tex", name=("multimodal", "nlp", *TABLES, "leakage")),
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
        " --answers {input.answers} --tables {input.tables} --reference {input.reference} --logs {input.logs}"
        " --instances {input.instances} --examples {input.examples} --shards {input.shards} --records {input.records}"
        " --quarantines {input.quarantines} --manifests {input.manifests} --benchmarks results/benchmarks"
        " --job-logs results/logs --out {output.html} --tex {output.tex} > {log} 2>&1"
