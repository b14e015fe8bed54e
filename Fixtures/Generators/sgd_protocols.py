"""Goldens of the minibatch protocols. Peer: PyTorch 2.15, `torch.optim.SGD` and `Adam` with `CosineAnnealingLR`/`LambdaLR`. Seed 23.

Writes sgd_protocols/: x (150 x 12) float32, y (4 classes), order (5 epochs x 150, row numbers), and for each protocol
NAME_start (4 x 13: weights, bias), NAME_weights (2 rates x 4 x 13) after 5 epochs of batches of 64, NAME_losses (2 x 5): the mean
loss of an epoch, each batch's before its step; and for mv-mr on crops, one of three an epoch in turn, x_crop1 to x_crop3 (150 x 12),
mv-mr-crops_weights and mv-mr-crops_losses. Rates are the published one and ten times it, scaled by 64 / 256 where the
protocol scales.
"""
import pathlib

import numpy as np
import torch
from torch import nn

OUT = pathlib.Path(__file__).resolve().parent.parent / "sgd_protocols"
EPOCHS, BATCH = 5, 64


def optimiser(name, head, rate):
    if name.startswith("mv-mr"):
        return torch.optim.Adam(head.parameters(), rate)
    decay = 1e-6 if name == "vicreg" else 0
    return torch.optim.SGD(head.parameters(), rate, momentum=0.9, weight_decay=decay, nesterov=name == "simclr")


def schedule(name, steps):
    """A scheduler to step each batch, and one to step each epoch."""
    if name == "simclr":
        return lambda o: (torch.optim.lr_scheduler.CosineAnnealingLR(o, steps), None)
    if name in ("dino", "vicreg", "mv-mr", "mv-mr-crops"):
        return lambda o: (None, torch.optim.lr_scheduler.CosineAnnealingLR(o, EPOCHS))
    return lambda o: (None, None)


def main():
    OUT.mkdir(exist_ok=True)
    rng = np.random.default_rng(23)
    torch.manual_seed(23)
    y = rng.integers(0, 4, 150)
    x = (rng.standard_normal((4, 12))[y] + rng.standard_normal((150, 12)) + 0.5).astype(np.float32)
    order = np.stack([rng.permutation(150) for _ in range(EPOCHS)]).astype(np.int32)
    np.save(OUT / "x.npy", x)
    np.save(OUT / "y.npy", y.astype(np.int64))
    np.save(OUT / "order.npy", order)
    xs, ys = torch.from_numpy(x), torch.from_numpy(y)
    crops = [x + 0.3 * np.random.default_rng(24 + i).standard_normal(x.shape).astype(np.float32) for i in range(3)]
    for i, crop in enumerate(crops):
        np.save(OUT / f"x_crop{i + 1}.npy", crop)
    rates = {"dino": 0.001 * BATCH / 256, "simclr": 0.1 * BATCH / 256, "vicreg": 0.02, "mv-mr-2022": 1e-4,
             "mv-mr": 1e-3, "mv-mr-crops": 1e-3}
    for name, published in rates.items():
        start = nn.Linear(12, 4)
        with torch.no_grad():
            if name == "simclr":
                start.weight.zero_()
            elif not name.startswith("mv-mr"):
                start.weight.normal_(0, 0.01)
            if not name.startswith("mv-mr"):
                start.bias.zero_()
        data = [xs]
        if name == "mv-mr-2022":
            double = xs.double()
            data = [((double - double.mean(0)) / double.std(0, unbiased=False)).float()]
        elif name == "mv-mr-crops":
            data = [torch.from_numpy(crop) for crop in crops]
        joined = lambda m: torch.cat([m.weight, m.bias[:, None]], 1).detach().numpy().copy()
        np.save(OUT / f"{name}_start.npy", joined(start))
        weights, losses = [], []
        for rate in (published, 10 * published):
            head = nn.Linear(12, 4)
            head.load_state_dict(start.state_dict())
            steps = EPOCHS * -(-len(y) // BATCH)
            opt = optimiser(name, head, rate)
            each_batch, each_epoch = schedule(name, steps)(opt)
            history = []
            for epoch in range(EPOCHS):
                total = 0.0
                inputs = data[epoch % len(data)]
                for rows in torch.from_numpy(order[epoch].astype(np.int64)).split(BATCH):
                    loss = nn.functional.cross_entropy(head(inputs[rows]), ys[rows])
                    opt.zero_grad()
                    loss.backward()
                    opt.step()
                    if each_batch:
                        each_batch.step()
                    total += loss.item() * len(rows)
                if each_epoch:
                    each_epoch.step()
                history.append(total / len(y))
            weights.append(joined(head))
            losses.append(history)
        np.save(OUT / f"{name}_weights.npy", np.stack(weights))
        np.save(OUT / f"{name}_losses.npy", np.array(losses))


if __name__ == "__main__":
    main()
