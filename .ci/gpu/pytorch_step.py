"""One training step as PyTorch's users write it, in PyTorch alone: what images a second are compared with.

Two encoder passes of a ResNet-50 and its projector in bfloat16, channels last, the loss of two representations (the
pixels, and rows of 1,024 columns), Adam. Prints its rate and memory as JSON.
"""

import json
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F


class Bottleneck(nn.Module):
    def __init__(self, inputs, width, stride):
        super().__init__()
        outputs = 4 * width
        self.body = nn.Sequential(
            nn.Conv2d(inputs, width, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU(inplace=True),
            nn.Conv2d(width, width, 3, stride, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU(inplace=True),
            nn.Conv2d(width, outputs, 1, bias=False), nn.BatchNorm2d(outputs))  # fmt: skip
        self.short = nn.Identity()
        if stride > 1 or inputs != outputs:
            self.short = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        return F.relu(self.body(x) + self.short(x), inplace=True)


def encoder(projector):
    layers = [nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64), nn.ReLU(inplace=True), nn.MaxPool2d(3, 2, 1)]
    inputs = 64
    for stage, count in enumerate((3, 4, 6, 3)):
        for block in range(count):
            layers.append(Bottleneck(inputs, 64 << stage, 2 if stage and not block else 1))
            inputs = 256 << stage
    layers += [nn.AdaptiveAvgPool2d(1), nn.Flatten()]
    for width in projector[:-1]:
        layers += [nn.Linear(inputs, width, bias=False), nn.BatchNorm1d(width), nn.ReLU(inplace=True)]
        inputs = width
    return nn.Sequential(*layers, nn.Linear(inputs, projector[-1], bias=False))


def centered(x):
    squares = (x * x).sum(1)
    distances = (squares[:, None] - 2 * x @ x.T + squares).clamp(min=1e-4).sqrt()
    return distances - distances.mean(1) - distances.mean(0)[:, None] + distances.mean()


def correlation(a, b):
    return ((a * b).mean() / ((a * a).mean() * (b * b).mean()).sqrt()).sqrt()


def main():
    device, batch, size, steps = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    torch.manual_seed(0)
    # As for mvmr, whose steps are the same in every run.
    torch.backends.cudnn.deterministic = True
    network = encoder([2048, 2048, 2048]).to(device).to(memory_format=torch.channels_last)
    optimizer = torch.optim.Adam(network.parameters(), lr=1e-4, weight_decay=1e-6)
    pixels = torch.randint(0, 256, (2, batch, size, size, 3), dtype=torch.uint8)
    rows = torch.rand(batch, 1024)
    if device == "cuda":
        pixels, rows = pixels.pin_memory(), rows.pin_memory()

    def step():
        view, image = (
            (part.to(device, non_blocking=True).permute(0, 3, 1, 2).float() / 255 - 0.45) / 0.23 for part in pixels
        )
        with torch.autocast(device, dtype=torch.bfloat16):
            z, z0 = network(view), network(image)
        z, z0 = z.float(), z0.float()
        a = centered(z / 32)
        loss = F.mse_loss(z0, z) + F.relu(1 - z.std(0)).mean() + F.relu(1 - z0.std(0)).mean()
        loss = loss + 1 - correlation(centered(z0 / 32), a)
        with torch.no_grad():
            sides = [centered(image.flatten(1) / 32), centered(rows.to(device, non_blocking=True))]
        for side in sides:
            loss = loss + 1 - correlation(side, a)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        return loss.item()

    step()
    begun = time.perf_counter()
    for _ in range(steps):
        step()
    if device == "cuda":
        torch.cuda.synchronize()
    seconds = (time.perf_counter() - begun) / steps
    memory = torch.cuda.max_memory_allocated() if device == "cuda" else 0
    print(json.dumps({"images_per_second": batch / seconds, "bytes": memory}))


if __name__ == "__main__":
    main()
