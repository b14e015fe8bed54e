"""Goldens of the MV-MR loss and of distance correlation: a PyTorch 2.15 restatement in float64, with autograd's gradients.

Writes loss/*.npy. Seed 20240601. `released` follows the published code: it adds dCor(z, phi).
"""
import pathlib

import numpy as np
import torch

HERE = pathlib.Path(__file__).resolve().parent.parent / "loss"
ROWS, COLUMNS, MARGIN, SCALE = 24, 40, 1.0, 1 / 32


def distances(x, diagonal):
    squares = (x[:, None, :] - x[None, :, :]).pow(2).sum(-1).clamp(min=1e-4)
    eye = torch.eye(len(x), dtype=torch.bool)
    return torch.where(eye, torch.full_like(squares, diagonal), squares.sqrt())


def biased(x, y):
    def centred(v):
        d = distances(v, 1e-2)
        return d - d.mean(0, keepdim=True) - d.mean(1, keepdim=True) + d.mean()
    a, b = centred(x), centred(y)
    return ((a * b).mean() / ((a * a).mean() * (b * b).mean()).sqrt()).sqrt()


def unbiased(x, y):
    n = len(x)

    def centred(v):
        d = distances(v, 0.0)
        u = d - d.sum(0, keepdim=True) / (n - 2) - d.sum(1, keepdim=True) / (n - 2) + d.sum() / ((n - 1) * (n - 2))
        return u * (1 - torch.eye(n, dtype=d.dtype))
    a, b = centred(x), centred(y)
    return (a * b).sum() / ((a * a).sum() * (b * b).sum()).sqrt()


def loss(z0, z, targets, estimator, released):
    terms = [(z0 - z).pow(2).mean(),
             (MARGIN - z.std(0)).clamp(min=0).mean() + (MARGIN - z0.std(0)).clamp(min=0).mean(),
             1 - estimator(z0 * SCALE, z * SCALE)]
    for target in targets:
        value = estimator(z * SCALE, target)
        terms.append(value if released else 1 - value)
    weights = [1.0, 0.7, 1.3, 0.5, 2.0]
    return sum(w * t for w, t in zip(weights, terms)), terms


def save(name, value):
    np.save(HERE / f"{name}.npy", np.ascontiguousarray(np.asarray(value, dtype=np.float32)))


def main():
    HERE.mkdir(exist_ok=True)
    rng = np.random.default_rng(20240601)
    z0 = rng.normal(size=(ROWS, COLUMNS)) * rng.uniform(0.4, 1.8, COLUMNS)
    z = z0 + 0.5 * rng.normal(size=(ROWS, COLUMNS))
    narrow = rng.uniform(size=(ROWS, 9)) + 0.1 * z0[:, :9]
    wide = rng.normal(size=(ROWS, 6)) @ rng.normal(size=(6, 1200)) + 5 + 0.3 * rng.normal(size=(ROWS, 1200))
    z0, z, narrow, wide = (np.asarray(v, dtype=np.float32) for v in (z0, z, narrow, wide))
    for name, value in (("z0", z0), ("z", z), ("narrow", narrow), ("wide", wide)):
        save(name, value)
    double = [torch.tensor(v, dtype=torch.float64) for v in (z0, z, narrow, wide)]
    for kind, estimator in (("biased", biased), ("unbiased", unbiased)):
        x, y = (v.clone().requires_grad_() for v in double[:2])
        value = estimator(x, y)
        value.backward()
        save(f"dcor_{kind}", [value.item()])
        save(f"dcor_{kind}_gradients", torch.stack([x.grad, y.grad]))
        for released in (False, True):
            x, y = (v.clone().requires_grad_() for v in double[:2])
            total, terms = loss(x, y, double[2:], estimator, released)
            total.backward()
            name = f"{kind}_{'released' if released else 'paper'}"
            save(f"{name}_terms", [total.item()] + [t.item() for t in terms])
            save(f"{name}_gradients", torch.stack([x.grad, y.grad]))


if __name__ == "__main__":
    main()
