"""Goldens of LARS by lightly 1.5.22, and of cosine restarts by PyTorch 2.15's CosineAnnealingWarmRestarts.

Writes optimization/*.npy. Seed 20261127. `lars`: a matrix of 6 x 5 and a vector of 5 after each of 4 steps at the rate
0.3, momentum 0.9, trust 0.001, decay 0.02 on the matrix alone; `lars_gradients` are what they were moved along.
`restarts`: rows of (steps before the first restart, factor), then 40 rates between 0.8 and 0.05.
"""
import pathlib

import numpy as np
import torch
from lightly.utils.lars import LARS

HERE = pathlib.Path(__file__).resolve().parent.parent / "optimization"


def save(name, value):
    np.save(HERE / f"{name}.npy", np.ascontiguousarray(np.asarray(value)))


def main():
    HERE.mkdir(exist_ok=True)
    rng = np.random.default_rng(20261127)
    start = rng.normal(size=35).astype(np.float32)
    slopes = rng.normal(size=(4, 35)).astype(np.float32)
    matrix = torch.tensor(start[:30].reshape(6, 5), dtype=torch.float64, requires_grad=True)
    vector = torch.tensor(start[30:], dtype=torch.float64, requires_grad=True)
    optimiser = LARS([{"params": [matrix], "weight_decay": 0.02}, {"params": [vector], "weight_decay": 0.0}], lr=0.3,
                     momentum=0.9)
    rows = [start]
    for slope in slopes:
        matrix.grad = torch.tensor(slope[:30].reshape(6, 5), dtype=torch.float64)
        vector.grad = torch.tensor(slope[30:], dtype=torch.float64)
        optimiser.step()
        rows.append(np.concatenate([matrix.detach().numpy().ravel(), vector.detach().numpy()]).astype(np.float32))
    save("lars", np.stack(rows))
    save("lars_gradients", slopes)

    table = []
    for first, factor in ((7, 1), (4, 2), (3, 3)):
        weight = torch.zeros(1, requires_grad=True)
        optimiser = torch.optim.SGD([weight], lr=0.8)
        schedule = torch.optim.lr_scheduler.CosineAnnealingWarmRestarts(optimiser, first, factor, eta_min=0.05)
        rates = []
        for _ in range(40):
            rates.append(optimiser.param_groups[0]["lr"])
            optimiser.step()
            schedule.step()
        table.append([first, factor, *rates])
    save("restarts", np.asarray(table, dtype=np.float64))


if __name__ == "__main__":
    main()
