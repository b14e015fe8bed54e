"""Goldens of the encoders: torchvision 0.29 ResNets and a PyTorch 2.15 restatement of the CIFAR ResNet, with projector.

Weights are a formula of a tensor's place in the state and of a value's place in the tensor, so none are stored: value i
of tensor t is scale * (hash(i, t) / 2^32 - 0.5), around 1 for normalisation weights and
variances. Images are the 18 tiles of 32 pixels of images/rgb96.npy, with CIFAR
statistics; everything in float64, since batch statistics of few images are ill-conditioned. Writes the features, the embedding, the gradient of
sum(embedding^2) / 100 by the first convolution, one running mean, and Adam's weights after two steps.
"""
import pathlib

import numpy as np
import torch
import torchvision
from torch import nn
from torchvision.models.resnet import BasicBlock, Bottleneck, ResNet

HERE = pathlib.Path(__file__).resolve().parent.parent
MEAN = torch.tensor([0.491, 0.482, 0.447], dtype=torch.float64)
DEVIATION = torch.tensor([0.247, 0.243, 0.261], dtype=torch.float64)


class Narrow(ResNet):
    """torchvision's ResNet, its classifier taken off, at other widths and stems."""

    def __init__(self, block, layers, widths, stem):
        nn.Module.__init__(self)
        self._norm_layer, self.inplanes, self.dilation, self.groups, self.base_width = nn.BatchNorm2d, widths[0], 1, 1, 64
        wide = stem == "imagenet"
        self.conv1 = nn.Conv2d(3, widths[0], 7 if wide else 3, 2 if wide else 1, 3 if wide else 1, bias=False)
        self.bn1, self.relu = nn.BatchNorm2d(widths[0]), nn.ReLU(inplace=True)
        self.maxpool = nn.Identity() if stem == "cifar" else nn.MaxPool2d(3, 2, 1)
        for stage, (width, count) in enumerate(zip(widths, layers)):
            setattr(self, f"layer{stage + 1}", self._make_layer(block, width, count, stride=1 if stage == 0 else 2))
        self.avgpool, self.fc = nn.AdaptiveAvgPool2d(1), nn.Identity()


class Small(nn.Module):
    """A CIFAR ResNet of 6n + 2 layers: a stem and three stages of n blocks (torchvision's block is the same)."""

    def __init__(self, depth, widths):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(3, widths[0], 3, 1, 1, bias=False), nn.BatchNorm2d(widths[0])
        inputs = widths[0]
        for stage, width in enumerate(widths[-3:]):
            blocks = []
            for index in range((depth - 2) // 6):
                stride = 2 if stage > 0 and index == 0 else 1
                shortcut = None
                if stride != 1 or inputs != width:
                    shortcut = nn.Sequential(nn.Conv2d(inputs, width, 1, stride, bias=False), nn.BatchNorm2d(width))
                blocks.append(BasicBlock(inputs, width, stride, shortcut))
                inputs = width
            setattr(self, f"layer{stage + 1}", nn.Sequential(*blocks))

    def forward(self, x):
        x = torch.relu(self.bn1(self.conv1(x)))
        for stage in (self.layer1, self.layer2, self.layer3):
            x = stage(x)
        return x.mean((2, 3))


class Encoder(nn.Module):
    def __init__(self, backbone, features, widths):
        super().__init__()
        self.backbone = backbone
        layers, sizes = [], [features] + widths
        for a, b in zip(sizes[:-2], sizes[1:-1]):
            layers += [nn.Linear(a, b, bias=False), nn.BatchNorm1d(b), nn.ReLU(inplace=True)]
        self.projector = nn.Sequential(*layers, nn.Linear(sizes[-2], sizes[-1], bias=False))

    def forward(self, x):
        features = self.backbone(x)
        return features, self.projector(features)


def fill(network):
    state = {k: v for k, v in network.state_dict().items() if not k.endswith("num_batches_tracked")}
    for place, (name, value) in enumerate(state.items()):
        i = torch.arange(value.numel(), dtype=torch.int64)
        mixed = (i * 2654435761 + place * 40503) & 0xFFFFFFFF
        for _ in range(2):
            mixed = ((mixed ^ (mixed >> 16)) * 0x45D9F3B) & 0xFFFFFFFF
        unit = (mixed ^ (mixed >> 16)).double() / 2**32 - 0.5
        if value.dim() == 1:
            filled = unit * 0.2 + (1 if name.endswith(("weight", "running_var")) else 0)
        else:
            filled = unit * 3 / (value[0].numel() ** 0.5)
        value.copy_(filled.reshape(value.shape).float())  # the float32 value, exactly
    return list(state)


def save(name, value):
    np.save(HERE / "encoder" / f"{name}.npy", np.ascontiguousarray(value.detach().numpy().astype(np.float32)))


def main():
    (HERE / "encoder").mkdir(exist_ok=True)
    whole = np.load(HERE / "images" / "rgb96.npy")
    pixels = np.stack([im[y : y + 32, x : x + 32] for im in whole for y in (0, 32, 64) for x in (0, 32, 64)])
    images = torch.from_numpy(pixels.copy()).double() / 255
    images = ((images - MEAN) / DEVIATION).permute(0, 3, 1, 2).contiguous()
    networks = {
        "resnet18": (Narrow(BasicBlock, [2, 2, 2, 2], [8, 12, 16, 24], "small_kernel"), 24),
        "resnet34": (Narrow(BasicBlock, [3, 4, 6, 3], [4, 6, 8, 12], "imagenet"), 12),
        "resnet50": (Narrow(Bottleneck, [3, 4, 6, 3], [4, 6, 8, 12], "cifar"), 48),
        "bottleneck": (Narrow(Bottleneck, [1, 2, 1, 1], [8, 8, 8, 12], "small_kernel"), 48),
        "resnet8": (Small(8, [8, 12, 16]), 16),
        "resnet14x": (Small(14, [8, 12, 16, 24]), 24),
    }
    for name, (backbone, features) in networks.items():
        network = Encoder(backbone, features, [20, 10]).double()
        with torch.no_grad():
            names = fill(network)
        (HERE / "encoder" / f"{name}_names.txt").write_text("\n".join(names) + "\n")
        network.eval()
        with torch.no_grad():
            save(f"{name}_evaluated", torch.cat([v.flatten() for v in network(images)]))
        if name == "resnet50":  # so deep and narrow, PyTorch's own float32 gradient is some percent off: not a golden
            continue
        network.train()
        optimiser = torch.optim.Adam(network.parameters(), lr=1e-2, weight_decay=1e-2)
        for step in range(2):
            features_out, embedding = network(images)
            loss = embedding.pow(2).sum() / 100
            optimiser.zero_grad()
            loss.backward()
            if step == 0:
                save(f"{name}_trained", torch.cat([features_out.flatten(), embedding.flatten()]))
                save(f"{name}_gradient", backbone.conv1.weight.grad)
                save(f"{name}_mean", backbone.bn1.running_mean)
            optimiser.step()
        save(f"{name}_stepped", backbone.conv1.weight)
    # The full network of torchvision, its own widths: its names, and its features in evaluation mode.
    full = torchvision.models.resnet18(weights=None)
    full.fc = nn.Identity()
    full.double()
    with torch.no_grad():
        names = fill(full)
        full.eval()
        save("torchvision18_evaluated", full(images))
    (HERE / "encoder" / "torchvision18_names.txt").write_text("\n".join(names) + "\n")


if __name__ == "__main__":
    main()
