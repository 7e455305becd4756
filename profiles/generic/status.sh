#!/usr/bin/env bash
# status.sh JOBID: prints success, failed or running
case "$(squeue --noheader --states=all --jobs="$1" --format=%T 2>/dev/null | head -n 1)" in
  COMPLETED) echo success ;;
  "" | BOOT_FAIL | CANCELLED | DEADLINE | FAILED | NODE_FAIL | OUT_OF_MEMORY | PREEMPTED | TIMEOUT) echo failed ;;
  *) echo running ;;
esac
