"""Goldens of the criteria between views: lightly 1.5.22's own NTXentLoss, VICRegLoss and BarlowTwinsLoss, in float64.

Writes view-losses/*.npy, values and autograd's gradients of two embeddings of 24 rows, `wide` ones of 40 columns and
`narrow` ones of 12. Seed 20261126. `beside` adds dependence on two representations, of both views, as loss.py has it.
"""
import pathlib

import numpy as np
import torch
from lightly.loss import BarlowTwinsLoss, NTXentLoss, VICRegLoss
from lightly.loss.vicreg_loss import covariance_loss, invariance_loss, variance_loss

from loss import SCALE, biased

HERE = pathlib.Path(__file__).resolve().parent.parent
ROWS = 24


def save(name, value):
    np.save(HERE / "view-losses" / f"{name}.npy", np.ascontiguousarray(np.asarray(value, dtype=np.float32)))


def gradients(loss, views):
    first, second = (v.clone().requires_grad_() for v in views)
    value = loss(first, second)
    value.backward()
    return value.item(), torch.stack([first.grad, second.grad])


def main():
    (HERE / "view-losses").mkdir(exist_ok=True)
    rng = np.random.default_rng(20261126)
    targets = [torch.tensor(np.load(HERE / "loss" / f"{name}.npy"), dtype=torch.float64) for name in ("narrow", "wide")]
    for kind, columns in (("wide", 40), ("narrow", 12)):
        first = rng.normal(size=(ROWS, columns)) @ rng.normal(size=(columns, columns)) / 5 + 0.3
        second = first + 0.4 * rng.normal(size=(ROWS, columns))
        views = [np.asarray(v, dtype=np.float32) for v in (first, second)]
        save(f"{kind}_views", views)
        views = [torch.tensor(v, dtype=torch.float64) for v in views]
        losses = {"simclr_0.1": NTXentLoss(0.1), "simclr_0.5": NTXentLoss(0.5), "vicreg": VICRegLoss(),
                  "vicreg_3_5_7": VICRegLoss(3.0, 5.0, 7.0), "barlow": BarlowTwinsLoss(),
                  "barlow_0.7": BarlowTwinsLoss(0.7)}
        for name, loss in losses.items():
            value, slopes = gradients(loss, views)
            save(f"{kind}_{name}", [value])
            save(f"{kind}_{name}_gradients", slopes)
        save(f"{kind}_vicreg_terms", [invariance_loss(*views).item(), sum(variance_loss(v).item() for v in views) / 2,
                                      sum(covariance_loss(v).item() for v in views)])
        on = BarlowTwinsLoss(0.0)(*views).item()
        save(f"{kind}_barlow_terms", [on, BarlowTwinsLoss(1.0)(*views).item() - on])

        def beside(x, y):
            terms = [w * (1 - biased(z * SCALE, t)) for z in (x, y) for w, t in zip((0.5, 2.0), targets)]
            return 3 * NTXentLoss(0.5)(x, y) + sum(terms)
        value, slopes = gradients(beside, views)
        save(f"{kind}_beside", [value])
        save(f"{kind}_beside_gradients", slopes)


if __name__ == "__main__":
    main()
