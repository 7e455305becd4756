"""The train stage with FSDP on CPUs; accelerate turns FSDP on where there are GPUs alone."""

from accelerate.state import AcceleratorState, DistributedType, PartialState

from workflow_scripts.stages import train
from workflow_scripts.stages.entry import run_stage

_initialise = AcceleratorState.__init__


def _with_fsdp(self, *args, fsdp_plugin=None, **kwargs):
    _initialise(self, *args, fsdp_plugin=fsdp_plugin, **kwargs)
    if fsdp_plugin is not None:
        self.distributed_type, self.fsdp_plugin = DistributedType.FSDP, fsdp_plugin
        PartialState._shared_state["distributed_type"] = DistributedType.FSDP


if __name__ == "__main__":
    AcceleratorState.__init__ = _with_fsdp
    run_stage(train.main, memo=False)
