"""Adam as OFA was trained with: fairseq's."""

import math
from collections import defaultdict
from collections.abc import Callable

import torch
from torch.optim.adamw import AdamW, adamw


class FairseqAdam(AdamW):
    """AdamW whose eps is added to the square root of the second moment before its bias is corrected, not after.

    That equals AdamW with eps / sqrt(1 - beta2^t) in step t, so torch's fused kernel does the work. Weight decay is
    decoupled from the gradient, as in AdamW; in the original it applies to all parameters, norms and biases too.
    Source: fairseq, optim/adam.py; tests/models/ofa/test_training.py holds it to the original's numbers.
    """

    def __init__(self, params, lr: float, betas=(0.9, 0.999), eps: float = 1e-8, weight_decay: float = 0.0):
        super().__init__(params, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay, fused=True)

    @torch.no_grad()
    def step(self, closure: Callable[[], torch.Tensor] | None = None) -> torch.Tensor | None:
        """One update of every parameter that has a gradient; each counts its own steps."""
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            beta1, beta2 = group["betas"]
            for updates, members in self._by_steps(group).items():
                params, grads, firsts, seconds, counts = zip(*members)
                adamw(
                    list(params), list(grads), list(firsts), list(seconds), [], list(counts),
                    fused=True, amsgrad=False, beta1=beta1, beta2=beta2, lr=group["lr"],
                    weight_decay=group["weight_decay"], maximize=False,
                    eps=group["eps"] / math.sqrt(1 - beta2 ** (updates + 1)),
                )  # fmt: skip
        return loss

    def _by_steps(self, group: dict) -> dict[int, list[tuple[torch.Tensor, ...]]]:
        """Parameters with their gradient and state, by how many updates they have had: text skips the image's."""
        members = defaultdict(list)
        for parameter in group["params"]:
            if parameter.grad is None:
                continue
            state = self.state[parameter]
            if not state:
                state["updates"] = 0  # as a number: asking a GPU for `step` would wait for it
                state["step"] = torch.zeros((), device=parameter.device)
                state["exp_avg"] = torch.zeros_like(parameter)
                state["exp_avg_sq"] = torch.zeros_like(parameter)
            members[state["updates"]].append(
                (parameter, parameter.grad, state["exp_avg"], state["exp_avg_sq"], state["step"])
            )
            state["updates"] += 1
        return members
