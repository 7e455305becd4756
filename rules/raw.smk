# Archives from where they lie -> the files they hold, with a manifest of both.

for _dataset in PLAN.drawn:

    # The miniature world: a dataset's official archives, drawn from scene graphs.
    rule:
        name:
            f"miniature_{_dataset}"
        output:
            archives=PLAN.archives(_dataset),
        log:
            f"results/logs/miniature/{_dataset}.log",
        benchmark:
            f"results/benchmarks/miniature/{_dataset}.tsv"
        conda:
            "../envs/data.yaml"
        threads: 1
        resources:
            mem_mb=1000,
            runtime=30,
        params:
            code=stage_digest("miniature", part=_dataset),
            part=_dataset,
            seed=PLAN.config.seed,
            sizes=PLAN.sizes(_dataset),
        shell:
            "python -m workflow_scripts.stages.miniature --part {params.part} --seed {params.seed}"
            " --sizes {params.sizes:q} --out {output.archives} > {log} 2>&1"


for _dataset in PLAN.datasets:

    # Fetch, verify and unpack a dataset's archives; or note that it is used where it lies.
    rule:
        name:
            f"download_{_dataset}"
        input:
            files=PLAN.raw_inputs(_dataset),
        output:
            manifest=f"results/raw/{_dataset}/manifest.json",
        log:
            f"results/logs/download/{_dataset}.log",
        benchmark:
            f"results/benchmarks/download/{_dataset}.tsv"
        conda:
            "../envs/data.yaml"
        threads: 1
        resources:
            mem_mb=1000,
            runtime=int(60 * PLAN.config.raw.max_hours) + 240,  # minutes; the rest is for unpacking
            # These shape no output. As resources, not parameters, a change of theirs runs nothing again.
            max_hours=str(PLAN.config.raw.max_hours),
            keep_archives=int(PLAN.config.raw.keep_archives),
        params:
            code=stage_digest("download"),
            files=PLAN.declared_files(_dataset),
            dataset=_dataset,
            splits=PLAN.native_splits(_dataset) if PLAN.in_place(_dataset) else [],
            mirror=["--mirror", PLAN.mirror] if PLAN.mirror else [],
            as_declared=int(not PLAN.miniature),
            archives=f"{PLAN.archive_folder}/{_dataset}",
            lock=["--lock", PLAN.lock(_dataset)] if PLAN.lock(_dataset) else [],
            in_place=["--in-place", PLAN.in_place(_dataset)] if PLAN.in_place(_dataset) else [],
        message:
            PLAN.announced(_dataset)
        shell:
            "python -m workflow_scripts.stages.download --dataset {params.dataset} --native-splits {params.splits:q}"
            " --archives {params.archives} {params.mirror:q} {params.in_place:q} {params.lock:q}"
            " --as-declared {params.as_declared} --max-hours {resources.max_hours}"
            " --keep-archives {resources.keep_archives} --out {output.manifest} > {log} 2>&1"
