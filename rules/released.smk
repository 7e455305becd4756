# Official addresses, or a mirror -> the files of the released models that the configuration asks for.

for _release in PLAN.releases.values():

    rule:
        name:
            f"released_{_release}"
        input:
            files=PLAN.release_inputs(_release),
        output:
            files=PLAN.released(_release),
        log:
            f"results/logs/released/{_release}.log",
        benchmark:
            f"results/benchmarks/released/{_release}.tsv"
        conda:
            "../envs/data.yaml"
        threads: 1
        resources:
            mem_mb=1000,
            runtime=int(60 * PLAN.config.raw.max_hours) + 60,  # minutes
            max_hours=str(PLAN.config.raw.max_hours),  # no parameter: a change runs nothing again
        params:
            code=stage_digest("released"),
            files=PLAN.release_digest(_release),
            release=_release,
            mirror=["--mirror", PLAN.release_mirror] if PLAN.release_mirror else [],
            archives=PLAN.release_archives(_release),
            lock=PLAN.release_lock(_release),
        message:
            PLAN.announced_release(_release)
        shell:
            "python -m workflow_scripts.stages.released --release {params.release} --archives {params.archives}"
            " {params.mirror:q} --lock {params.lock:q} --max-hours {resources.max_hours} --out {output.files}"
            " > {log} 2>&1"
