"""Goldens of one training step of the released code of MV-MR (vkinakh/mv-mr, commit 7136f70), restated in PyTorch 2.15.

The step takes normalised images: a plain and an augmented view. A second augmented view of the plain images, by torchvision with
the draws listed here, is a representation. Both views go
through the encoder, the augmented one first, in training mode. The loss is the mean squared difference of the embeddings, the
hinge on their deviations, one less the distance correlation of the views, and, added, the distance correlations of the
augmented view's embedding with five representations of the plain image: pixels, scattering (J = 2, L = 8, kymatio 0.3), the
second view, the soft-binned HOG of 24 bins whose upper bin gets 1 - m, and the 3x3 deviation (kornia 0.9 box blur).
Embeddings, pixels, scattering and the second view are divided by 32 first. The distillation step has one less the distance
correlation of the embedding with a teacher's embedding by 32 in their place; here the teacher is teacher/tiny.pt, on the plain
view scaled to 40 pixels by bilinear interpolation.

The encoder is the ResNet of 8 layers, 8-12-16 wide, of encoder.py, its projector 20-10, weights by encoder.py's formula.
Views are drawn here (seed 7136): smooth random fields, the augmented one a moved, scaled and noisy copy of the plain one.
Everything is float64 on float32 views. In float32, as released, the terms differ by what is printed.

Writes released-step/{plain,augmented}.npy, float32 B x 3 x 32 x 32; draws.json, and second.npy, the second view of the first two
images by each draw; waves.npy, learning rates of the distillation; terms.npy, with the second view of the first draw: MSE, STD, DC_zz, the five in the order
above, the total, the norm of the gradient of all weights together; distilled.npy: MSE, STD, DC_zz, DC_teacher, total, norm;
and features.npy, the first values of each representation.
"""
import json
import pathlib

import numpy as np
import torch
import torchvision.transforms.functional as functional
import torch.nn.functional as F
from kornia.filters import box_blur
from kymatio.scattering2d.frontend.torch_frontend import ScatteringTorch2D

from encoder import Encoder, Small, fill

HERE = pathlib.Path(__file__).resolve().parent.parent
BATCH, SIDE = 12, 32
# What MVMR draws for some batches of the seed 7136: one draw for all images, as torchvision's transforms of a batch.
DRAWS = [
    {"batch": 9, "crop": (4, 6, 27, 22), "flip": True, "gray": False, "deviation": 1.7536060419286066,
     "changes": [("saturation", 1.3532584436907167), ("brightness", 1.7667421657122917), ("hue", -0.051137915681963436), ("contrast", 0.636880624644727)]},
    {"batch": 2, "crop": (3, 10, 17, 20), "flip": False, "gray": False, "deviation": 0.47047856038167146,
     "changes": [("hue", -0.16551028051303718), ("contrast", 0.4382441590951012), ("brightness", 1.6728704711036453), ("saturation", 1.225742895078622)]},
    {"batch": 13, "crop": (0, 12, 17, 17), "flip": True, "gray": True, "deviation": 1.6285117476415811,
     "changes": []},
    {"batch": 1, "crop": (3, 7, 20, 25), "flip": False, "gray": True, "deviation": 0.950089101968445,
     "changes": [("saturation", 1.500362607125815), ("brightness", 1.4880843066861142), ("hue", -0.08034271161901843), ("contrast", 0.49691776379864633)]},
    {"batch": 21, "crop": (1, 7, 30, 23), "flip": False, "gray": False, "deviation": 0.2059310320663615,
     "changes": []},
]


def views():
    rng = np.random.default_rng(7136)
    coarse = torch.from_numpy(rng.normal(size=(BATCH, 3, 9, 9)))
    plain = 1.3 * F.interpolate(coarse, (SIDE, SIDE), mode="bicubic", align_corners=True)
    plain = plain + 0.15 * torch.from_numpy(rng.normal(size=plain.shape))
    changed = []
    for shift, noise in ((3, 0.25),):
        gain = torch.from_numpy(rng.uniform(0.6, 1.4, size=(BATCH, 3, 1, 1)))
        moved = torch.roll(plain, (shift, -shift), (2, 3)).flip(3)
        changed.append(gain * moved + noise * torch.from_numpy(rng.normal(size=plain.shape)))
    return [v.float() for v in (plain, *changed)]


def second_view(plain, draw):
    """The released transform with what was drawn: torchvision's functions, on normalised values, without antialiasing."""
    view = functional.resized_crop(plain, *draw["crop"], [SIDE, SIDE], functional.InterpolationMode.BILINEAR, antialias=False)
    view = functional.hflip(view) if draw["flip"] else view
    for change, amount in draw["changes"]:
        view = getattr(functional, f"adjust_{change}")(view, amount)
    view = functional.rgb_to_grayscale(view, 3) if draw["gray"] else view
    return functional.gaussian_blur(view, [2 * int(0.05 * SIDE) + 1] * 2, [draw["deviation"]] * 2)


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


def waves(warmup, validation, epochs=6, batches=10, lr=1e-4):
    """The rate of each batch of the released distillation: CosineAnnealingLR whose half period is the batches of an epoch.

    Its step calls the scheduler once a batch, of training and of validation, behind the warm-up, before the optimiser reads
    the rate; PyTorch Lightning 1.5 calls it at the end of every epoch's training besides.
    """
    optimiser = torch.optim.Adam([torch.nn.Parameter(torch.zeros(1))], lr=lr)
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, T_max=batches)
    rates = []
    for epoch in range(epochs):
        for _ in range(batches):
            optimiser.step()
            if epoch >= warmup:
                scheduler.step()
            rates.append(optimiser.param_groups[0]["lr"])
        scheduler.step()
        for _ in range(validation if epoch >= warmup else 0):
            scheduler.step()
    return rates


def save(name, value):
    np.save(HERE / "released-step" / f"{name}.npy", np.ascontiguousarray(np.asarray(value, dtype=np.float32)))


def main():
    (HERE / "released-step").mkdir(exist_ok=True)
    torch.set_num_threads(1)
    plain, augmented = views()
    second = second_view(plain, DRAWS[0])
    for name, value in (("plain", plain), ("augmented", augmented)):
        save(name, value)
    save("second", torch.stack([second_view(plain[:2], draw) for draw in DRAWS]))
    (HERE / "released-step" / "draws.json").write_text(json.dumps(DRAWS, indent=1) + "\n")
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
    # Rates of 6 epochs; with two batches a step, the rate of a step is that of its second batch.
    np.save(HERE / "released-step" / "waves.npy", np.array([waves(2, 3), waves(0, 0), waves(1, 4)]))


if __name__ == "__main__":
    main()
