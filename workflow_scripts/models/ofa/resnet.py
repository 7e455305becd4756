"""The image encoder: a ResNet with bottleneck blocks, cut after its third stage (stride 16)."""

import functools
from collections.abc import Callable

import torch
from torch import nn
from torch.nn import functional as F

EXPANSION = 4  # a block puts out this many times its planes


class FrozenBatchNorm2d(nn.BatchNorm2d):
    """A BatchNorm that never changes: running statistics always, and no gradient for weight and bias."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.batch_norm(
            x, self.running_mean, self.running_var, self.weight.detach(), self.bias.detach(), False, 0.0, self.eps
        )


def convolve(conv: nn.Conv2d, norm: nn.BatchNorm2d, x: torch.Tensor) -> torch.Tensor:
    """norm(conv(x)); outside training as one convolution, with the norm's scale and shift in its weights."""
    if torch.is_grad_enabled() or norm.training:
        return norm(conv(x))
    scale = norm.weight.float() * (norm.running_var.float() + norm.eps).rsqrt()  # (channels,)
    weight, bias = (
        conv.weight.float() * scale[:, None, None, None],
        norm.bias.float() - norm.running_mean.float() * scale,
    )
    return F.conv2d(x, weight.to(x.dtype), bias.to(x.dtype), conv.stride, conv.padding)


class Bottleneck(nn.Module):
    """1x1, 3x3 (with the stride), 1x1 convolutions and a shortcut: (B, C, H, W) -> (B, 4 * planes, H/s, W/s)."""

    def __init__(self, channels: int, planes: int, stride: int, norm: Callable[[int], nn.BatchNorm2d]):
        super().__init__()
        out = EXPANSION * planes
        self.conv1 = nn.Conv2d(channels, planes, 1, bias=False)
        self.bn1 = norm(planes)
        self.conv2 = nn.Conv2d(planes, planes, 3, stride, padding=1, bias=False)
        self.bn2 = norm(planes)
        self.conv3 = nn.Conv2d(planes, out, 1, bias=False)
        self.bn3 = norm(out)
        self.downsample = None
        if stride != 1 or channels != out:
            self.downsample = nn.Sequential(nn.Conv2d(channels, out, 1, stride, bias=False), norm(out))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        shortcut = x if self.downsample is None else convolve(*self.downsample, x)
        x = F.relu(convolve(self.conv1, self.bn1, x), inplace=True)
        x = F.relu(convolve(self.conv2, self.bn2, x), inplace=True)
        return F.relu(convolve(self.conv3, self.bn3, x).add_(shortcut), inplace=True)


class ResNet(nn.Module):
    """Pictures (B, 3, H, W) to feature maps (B, 16 * width, H/16, W/16)."""

    def __init__(self, layers: list[int], width: int, freeze: bool = False, eps: float = 1e-5):
        super().__init__()
        norm = functools.partial(FrozenBatchNorm2d if freeze else nn.BatchNorm2d, eps=eps)
        self.conv1 = nn.Conv2d(3, width, 7, stride=2, padding=3, bias=False)
        self.bn1 = norm(width)
        channels = width
        for stage, blocks in enumerate(layers):
            planes, stride = width * 2**stage, 1 if stage == 0 else 2
            made = []
            for block in range(blocks):
                made.append(Bottleneck(channels, planes, stride if block == 0 else 1, norm))
                channels = EXPANSION * planes
            setattr(self, f"layer{stage + 1}", nn.Sequential(*made))
        self.out_channels = channels

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        pixels = pixels.to(self.conv1.weight.dtype)
        pixels = pixels.contiguous(memory_format=torch.channels_last)  # a tenth faster on CPUs, same numbers
        x = F.relu(convolve(self.conv1, self.bn1, pixels), inplace=True)  # (B, w, H/2, W/2)
        x = F.max_pool2d(x, 3, stride=2, padding=1)  # (B, w, H/4, W/4)
        return self.layer3(self.layer2(self.layer1(x)))  # (B, 16w, H/16, W/16)
