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


rule download:
    input:
        files=lambda w: PLAN.raw_inputs(w.dataset),
    output:
        manifest="results/raw/{dataset}/manifest.json",
    log:
        "results/logs/download/{dataset}.log",
    benchmark:
        "results/benchmarks/download/{dataset}.tsv"
    conda:
        "../envs/data.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=int(60 * PLAN.config.raw.max_hours) + 240,  # minutes; the rest is for unpacking
    params:
        code=stage_digest("download"),
        files=lambda w: PLAN.declared_files(w.dataset),
        splits=lambda w: PLAN.native_splits(w.dataset) if PLAN.in_place(w.dataset) else [],
        mirror=["--mirror", PLAN.mirror] if PLAN.mirror else [],
        as_declared=int(not PLAN.miniature),
        archives=PLAN.archive_folder,
        lock=lambda w: ["--lock", PLAN.lock(w.dataset)] if PLAN.lock(w.dataset) else [],
        in_place=lambda w: ["--in-place", PLAN.in_place(w.dataset)] if PLAN.in_place(w.dataset) else [],
    # What shapes no output is no parameter, so that changing it runs nothing again.
    shell:
        "python -m workflow_scripts.stages.download --dataset {wildcards.dataset} --native-splits {params.splits:q}"
        " --archives {params.archives}/{wildcards.dataset} {params.mirror:q} {params.in_place:q} {params.lock:q}"
        " --as-declared {params.as_declared}"
        " --max-hours {PLAN.config.raw.max_hours} --keep-archives {PLAN.config.raw.keep_archives:d}"
        " --out {output.manifest} > {log} 2>&1"
