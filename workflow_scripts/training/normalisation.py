"""BatchNorm over the pictures of all processes."""

import torch
from torch import nn
from torch.distributed.nn.functional import all_reduce

from workflow_scripts.training import processes


class SharedBatchNorm2d(nn.BatchNorm2d):
    """BatchNorm whose statistics are those of the whole batch, whatever part of it lies here.

    As torch's SyncBatchNorm, which runs on GPUs only. All processes must call it, or none.
    """

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if not self.training:
            return super().forward(x)
        var, mean = torch.var_mean(x.float(), dim=(0, 2, 3), correction=0)  # (channels,)
        here = mean.new_tensor([x.numel() / x.shape[1]])
        sums = all_reduce(torch.cat([mean * here, (var + mean * mean) * here, here]))
        mean, square = (sums[:-1] / sums[-1]).chunk(2)
        var = square - mean * mean
        with torch.no_grad():
            count = sums[-1]
            self.num_batches_tracked += 1
            self.running_mean.lerp_(mean, self.momentum)
            self.running_var.lerp_(var * count / (count - 1), self.momentum)
        scale = self.weight * (var + self.eps).rsqrt()
        shift = self.bias - mean * scale
        return x * scale[:, None, None].to(x.dtype) + shift[:, None, None].to(x.dtype)


def share_statistics(model: nn.Module) -> None:
    """Make every BatchNorm of the model that learns a shared one, if there are several processes."""
    if processes.count() == 1:
        return
    for module in model.modules():
        if type(module) is nn.BatchNorm2d:
            module.__class__ = SharedBatchNorm2d  # same parameters, buffers and names
