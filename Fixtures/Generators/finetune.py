"""Goldens of fine-tuning and of the classifier beside an encoder: PyTorch 2.15, `torch.optim`, `cross_entropy`. No seed.

The network is the CIFAR ResNet of `encoder.py` (8 layers, 8-12-16) with a linear classifier of four classes on it, its weights the
formula there, the images its 18 tiles, image i of class i % 4; float64. Writes finetune/: for `whole` (SGD, momentum 0.9, decay 1e-3,
0.01 for the network and 0.1 for the classifier, batch statistics), `nesterov` (the same with Nesterov's momentum), `adam` (Adam, 1e-3 and 1e-2), and `head` (Adam 1e-2 for the
classifier alone, running statistics) NAME_losses of five steps, each before its step, NAME_fc (4 x 17: weights, bias),
NAME_conv1 and NAME_mean, the running mean of the first normalisation; and online_fc, online_loss: one step of Adam at 1e-2 on detached
features of a training pass.
"""
import pathlib

import numpy as np
import torch
from encoder import DEVIATION, MEAN, Small, fill
from torch import nn

HERE = pathlib.Path(__file__).resolve().parent.parent
OUT = HERE / "finetune"


class Tuned(nn.Module):
    def __init__(self):
        super().__init__()
        self.backbone, self.fc = Small(8, [8, 12, 16]), nn.Linear(16, 4)


def save(name, value):
    np.save(OUT / f"{name}.npy", np.ascontiguousarray(np.asarray(value, dtype=np.float32)))


def joined(layer):
    return torch.cat([layer.weight, layer.bias[:, None]], 1).detach().numpy()


def network():
    net = Tuned().double()
    with torch.no_grad():
        fill(net)
    return net


def main():
    OUT.mkdir(exist_ok=True)
    whole = np.load(HERE / "images" / "rgb96.npy")
    pixels = np.stack([im[y : y + 32, x : x + 32] for im in whole for y in (0, 32, 64) for x in (0, 32, 64)])
    images = ((torch.from_numpy(pixels.copy()).double() / 255 - MEAN) / DEVIATION).permute(0, 3, 1, 2).contiguous()
    labels = torch.arange(len(images)) % 4
    for name in ("whole", "nesterov", "adam", "head"):
        net = network()
        if name in ("whole", "nesterov"):
            groups = [{"params": net.backbone.parameters(), "lr": 0.01}, {"params": net.fc.parameters(), "lr": 0.1}]
            optimiser = torch.optim.SGD(groups, lr=0.01, momentum=0.9, weight_decay=1e-3, nesterov=name == "nesterov")
        elif name == "adam":
            groups = [{"params": net.backbone.parameters(), "lr": 1e-3}, {"params": net.fc.parameters(), "lr": 1e-2}]
            optimiser = torch.optim.Adam(groups)
        else:
            optimiser = torch.optim.Adam(net.fc.parameters(), lr=1e-2)
        net.train(name != "head")
        losses = []
        for _ in range(5):
            with torch.set_grad_enabled(name != "head"):
                features = net.backbone(images)
            loss = nn.functional.cross_entropy(net.fc(features), labels)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            losses.append(loss.item())
        save(f"{name}_losses", losses)
        save(f"{name}_fc", joined(net.fc))
        save(f"{name}_conv1", net.backbone.conv1.weight.detach())
        save(f"{name}_mean", net.backbone.bn1.running_mean)
    net = network().train()
    optimiser = torch.optim.Adam(net.fc.parameters(), lr=1e-2)
    loss = nn.functional.cross_entropy(net.fc(net.backbone(images).detach()), labels)
    loss.backward()
    optimiser.step()
    save("online_loss", [loss.item()])
    save("online_fc", joined(net.fc))


if __name__ == "__main__":
    main()
