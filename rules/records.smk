# A dataset's native files -> its records, one table per split; each annotation file is parsed once.

for _dataset in PLAN.datasets:
    if not PLAN.splits(_dataset):
        continue  # only its pictures are needed

    rule:
        name:
            f"read_{_dataset}"
        input:
            manifests=PLAN.manifests(_dataset),
            others=PLAN.other_records(_dataset),
        output:
            records=expand("results/records/{d}/{split}.parquet", d=_dataset, split=PLAN.splits(_dataset)),
            quarantines=expand("results/records/{d}/{split}.quarantine.jsonl", d=_dataset, split=PLAN.splits(_dataset)),
        log:
            f"results/logs/read/{_dataset}.log",
        benchmark:
            f"results/benchmarks/read/{_dataset}.tsv"
        conda:
            "../envs/data.yaml"
        threads: 1
        resources:
            mem_mb=2000,
            runtime=240,
        params:
            code=stage_digest("read", dataset=_dataset),
            dataset=_dataset,
            splits=as_json(PLAN.splits(_dataset)),
            check_pictures=PLAN.config.raw.check_pictures,
            max_bad_share=PLAN.config.quarantine.max_share,
            options=PLAN.read_options(_dataset),
        shell:
            "python -m workflow_scripts.stages.read --dataset {params.dataset} --splits {params.splits:q}"
            " --check-pictures {params.check_pictures} --max-bad-share {params.max_bad_share} --options {params.options:q}"
            " --manifests {input.manifests} --others {input.others} --records {output.records} --quarantines {output.quarantines} > {log} 2>&1"
