"""Goldens of one training step of the released code of MV-MR (vkinakh/mv-mr, commit 7136f70), restated in PyTorch 2.15.

The step takes normalised images: a plain and an augmented view, and a second augmented view as a representation. Both views go
through the encoder, the augmented one first, in training mode. The loss is the mean squared difference of the embeddings, the
hinge on their deviations, one less the distance correlation of the views, and, added, the distance correlations of the
augmented view's embedding with five representations of the plain image: pixels, scattering (J = 2, L = 8, kymatio 0.3), the
second view, the soft-binned HOG of 24 bins whose upper bin gets 1 - m, and the 3x3 deviation (kornia 0.9 box blur).
Embeddings, pixels, scattering and the second view are divided by 32 first. The distillation step has one less the distance
correlation of the embedding with a teacher's embedding by 32 in their place; here the teacher is teacher/tiny.pt, on the plain
view scaled to 40 pixels by bilinear interpolation.

The encoder is the ResNet of 8 layers, 8-12-16 wide, of encoder.py, its projector 20-10, weights by encoder.py's formula.
Views are drawn here (seed 7136): smooth random fields, the augmented ones moved, scaled and noisy copies of the plain ones.
Everything is float64 on float32 views. In float32, as released, the terms differ by what is printed.

Writes released-step/{plain,augmented,second}.npy, float32 B x 3 x 32 x 32; terms.npy: MSE, STD, DC_zz, the five in the order
above, the total, the norm of the gradient of all weights together; distilled.npy: MSE, STD, DC_zz, DC_teacher, total, norm;
and features.npy, the first values of each representation.
"""
import pathlib

import numpy as np
import torch
import torch.nn.functional as F
from kornia.filters import box_blur
from kymatio.scattering2d.frontend.torch_frontend import ScatteringTorch2D

from encoder import Encoder, Small, fill

HERE = pathlib.Path(__file__).resolve().parent.parent
BATCH, SIDE = 12, 32


def views():
    rng = np.random.default_rng(7136)
    coarse = torch.from_numpy(rng.normal(size=(BATCH, 3, 9, 9)))
    plain = 1.3 * F.interpolate(coarse, (SIDE, SIDE), mode="bicubic", align_corners=True)
    plain = plain + 0.15 * torch.from_numpy(rng.normal(size=plain.shape))
    changed = []
    for shift, noise in ((3, 0.25), (-4, 0.35)):
        gain = torch.from_numpy(rng.uniform(0.6, 1.4, size=(BATCH, 3, 1, 1)))
        moved = torch.roll(plain, (shift, -shift), (2, 3)).flip(3)
        changed.append(gain * moved + noise * torch.from_numpy(rng.normal(size=plain.shape)))
    return [v.float() for v in (plain, *changed)]


def correlation(x, y):
    """The biased sample distance correlation; squares of distances are clamped at 1e-4 before the root."""
    def centred(v):
        square = v.pow(2).sum(1)
        d = (square[:, None] + square[None] - 2 * v @ v.T).clamp(min=1e-4).sqrt()
        return d - d.mean(0)[None] - d.mean(1)[:, None] + d.mean()
    a, b = centred(x), centred(y)
    return ((a * b).mean() / ((a * a).mean() * (b * b).mean()).sqrt()).sqrt()


def histograms(x, bins=24, cell=8):
    kernel = torch.tensor([[1, 0, -1], [2, 0, -2], [1, 0, -1]], dtype=x.dtype)
    planes = x.reshape(-1, 1, *x.shape[2:])
    gradient = F.conv2d(planes, torch.stack([kernel, kernel.T])[:, None], padding=1)
    m = gradient.pow(2).sum(1, keepdim=True).sqrt()
    phase = torch.atan2(gradient[:, :1], gradient[:, 1:]) * bins / torch.pi
    votes = torch.zeros(len(planes), bins, *x.shape[2:], dtype=x.dtype)
    votes.scatter_(1, phase.floor().long() % bins, m)
    votes.scatter_add_(1, phase.ceil().long() % bins, 1 - m)
    return F.avg_pool2d(votes, cell).reshape(len(x), -1)


def deviation(x):
    mean, square = box_blur(x, (3, 3)), box_blur(x * x, (3, 3))
    return (square - mean * mean + 1e-8).sqrt().nan_to_num(0).flatten(1)


def representations(plain, second):
    scattering = ScatteringTorch2D(J=2, L=8, shape=(SIDE, SIDE))(plain.float().contiguous()).to(plain.dtype)
    return {"pixels": plain.flatten(1) / 32, "scattering": scattering.flatten(1) / 32, "augment": second.flatten(1) / 32,
            "hog-layer": histograms(plain), "std": deviation(plain)}


def make_encoder(dtype):
    network = Encoder(Small(8, [8, 12, 16]), 16, [20, 10]).double()
    with torch.no_grad():
        fill(network)
    return network.to(dtype).train()


def finish(network, terms, sum_of):
    total = sum(sum_of)
    total.backward()
    norm = torch.sqrt(sum(p.grad.pow(2).sum() for p in network.parameters()))
    return [t.item() for t in terms] + [total.item(), norm.item()]


def start(plain, augmented, dtype):
    network = make_encoder(dtype)
    z, z0 = network(augmented)[1], network(plain)[1]
    hinge = sum(F.relu(1 - v.std(0)).mean() for v in (z, z0))
    return network, z / 32, [F.mse_loss(z0, z), hinge, 1 - correlation(z0 / 32, z / 32)]


def released(plain, augmented, second, dtype):
    plain, augmented, second = (v.to(dtype) for v in (plain, augmented, second))
    network, z, terms = start(plain, augmented, dtype)
    with torch.no_grad():
        targets = representations(plain, second)
    terms = terms + [correlation(target, z) for target in targets.values()]
    return finish(network, terms, terms), targets


def distilled(plain, augmented, dtype):
    plain, augmented = plain.to(dtype), augmented.to(dtype)
    network, z, terms = start(plain, augmented, dtype)
    teacher = torch.jit.load(HERE / "teacher" / "tiny.pt").eval().to(dtype)
    with torch.no_grad():
        phi = teacher(F.interpolate(plain, size=(40, 40), mode="bilinear", align_corners=False)) / 32
    terms = terms + [1 - correlation(z, phi)]
    return finish(network, terms, terms), phi * 32


def save(name, value):
    np.save(HERE / "released-step" / f"{name}.npy", np.ascontiguousarray(np.asarray(value, dtype=np.float32)))


def main():
    (HERE / "released-step").mkdir(exist_ok=True)
    torch.set_num_threads(1)
    plain, augmented, second = views()
    for name, value in (("plain", plain), ("augmented", augmented), ("second", second)):
        save(name, value)
    terms, targets = released(plain, augmented, second, torch.float64)
    single, _ = released(plain, augmented, second, torch.float32)
    print("terms", terms, "\nfloat32 differs by", max(abs(a - b) for a, b in zip(terms, single)))
    save("terms", terms)
    save("features", torch.cat([t[:2, :200].flatten() for t in targets.values()]))
    terms, phi = distilled(plain, augmented, torch.float64)
    single, _ = distilled(plain, augmented, torch.float32)
    print("distilled", terms, "\nfloat32 differs by", max(abs(a - b) for a, b in zip(terms, single)))
    save("distilled", terms)
    save("phi", phi)


if __name__ == "__main__":
    main()
