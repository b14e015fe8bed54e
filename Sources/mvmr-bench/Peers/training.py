"""The peer of `mvmr-bench training`: PyTorch.

Usage: training.py THREADS step|memory|simclr NETWORK BATCH SIDE WIDTHS PRECISION COUNT
       training.py THREADS dcor ROWS COLUMNS COLUMNS one|both COUNT
Prints the seconds of each step, or the GiB that were held at most.
"""

import resource, sys, time, warnings
warnings.filterwarnings("ignore")
import torch
from torch import nn
from torch.nn import functional as F

threads, work, given = int(sys.argv[1]), sys.argv[2], sys.argv[3:]
torch.set_num_threads(threads)
torch.manual_seed(0)

def distances(x):
  norms = (x * x).sum(1)
  d = (norms[:, None] - 2 * x @ x.T + norms[None]).clamp(min=1e-4).sqrt()
  return d - d.mean(0, keepdim=True) - d.mean(1, keepdim=True) + d.mean()

def dcor(x, y):
  a, b = distances(x), distances(y)
  return ((a * b).mean() / ((a * a).mean() * (b * b).mean()).sqrt()).sqrt()

def timed(run, count):
  run()
  for _ in range(count):
    start = time.perf_counter()
    run()
    print(time.perf_counter() - start)

class Block(nn.Module):
  def __init__(self, inputs, outputs, stride):
    super().__init__()
    self.first, self.second = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
    self.normal, self.other = nn.BatchNorm2d(outputs), nn.BatchNorm2d(outputs)
    self.short = nn.Sequential()
    if stride > 1 or inputs != outputs:
      self.short = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

  def forward(self, x):
    return F.relu(self.other(self.second(F.relu(self.normal(self.first(x))))) + self.short(x))

class ResNet8(nn.Sequential):
  def __init__(self):
    super().__init__(
      nn.Conv2d(3, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU(inplace=True), Block(16, 16, 1), Block(16, 32, 2),
      Block(32, 64, 2), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Identity())

def projector(sizes):
  layers = []
  for before, after in zip(sizes[:-2], sizes[1:-1]):
    layers += [nn.Linear(before, after, bias=False), nn.BatchNorm1d(after), nn.ReLU(inplace=True)]
  return nn.Sequential(*layers, nn.Linear(sizes[-2], sizes[-1], bias=False))

def network(name, widths):
  import torchvision
  if name == "resnet8":
    net = ResNet8()
    sizes = [64] + [int(width) for width in widths.split("-")]
    net[-1] = projector(sizes)
    return net
  net = getattr(torchvision.models, name)(weights=None, zero_init_residual=True)
  net.conv1 = nn.Conv2d(3, 64, 3, 1, 1, bias=False)
  sizes = [net.fc.in_features] + [int(width) for width in widths.split("-")]
  net.fc = projector(sizes)
  return net

def contrasting(name, batch, side, widths, precision):
  net = network(name, widths)
  optimiser = torch.optim.Adam(net.parameters(), lr=1e-4, weight_decay=1e-6)
  others = torch.cat([torch.arange(batch) + batch, torch.arange(batch)])
  def step():
    views = torch.rand(batch, 3, side, side), torch.rand(batch, 3, side, side)
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=precision == "bf16"):
      z = [net(view) for view in views]
    z = F.normalize(torch.cat(z).float(), dim=1)
    loss = F.cross_entropy((z @ z.T / 0.5).fill_diagonal_(float("-inf")), others)
    optimiser.zero_grad(set_to_none=True)
    loss.backward()
    optimiser.step()
  return step

def stepping(name, batch, side, widths, precision, representations):
  net = network(name, widths)
  optimiser = torch.optim.Adam(net.parameters(), lr=1e-4, weight_decay=1e-6)
  of = representations(side)
  def step():
    view, image = torch.rand(batch, 3, side, side), torch.rand(batch, 3, side, side)
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=precision == "bf16"):
      z, z0 = net(view), net(image)
    z, z0 = z.float(), z0.float()
    loss = F.mse_loss(z0, z) + F.relu(1 - z.std(0)).mean() + F.relu(1 - z0.std(0)).mean()
    loss = loss + 1 - dcor(z0 / 32, z / 32)
    with torch.no_grad():
      targets = of(image)
    for target in targets:
      loss = loss + 1 - dcor(target, z / 32)
    optimiser.zero_grad(set_to_none=True)
    loss.backward()
    optimiser.step()
  return step

def five(side):
  import scipy.special
  if not hasattr(scipy.special, "sph_harm"):
    scipy.special.sph_harm = None
  from kymatio.torch import Scattering2D
  from torchvision.transforms import v2
  scattering = Scattering2D(J=2, shape=(side, side), L=8)
  augment = v2.Compose([
    v2.RandomResizedCrop(side), v2.RandomHorizontalFlip(), v2.RandomApply([v2.ColorJitter(.8, .8, .8, .2)], .8),
    v2.RandomGrayscale(.2), v2.GaussianBlur(2 * int(.05 * side) + 1)])
  sobel = torch.tensor([[1., 0, -1], [2, 0, -2], [1, 0, -1]])
  kernels = torch.stack([sobel, sobel.T])[:, None]
  def hog(x, bins=24):
    n, c, h, w = x.shape
    g = F.conv2d(x.reshape(n * c, 1, h, w), kernels, padding=1)
    size = g.norm(dim=1, keepdim=True)
    phase = torch.atan2(g[:, :1], g[:, 1:]) / torch.pi * bins
    low = phase.floor()
    votes = torch.zeros(n * c, bins, h, w)
    votes.scatter_add_(1, low.long() % bins, size * (1 - phase + low))
    votes.scatter_add_(1, (low.long() + 1) % bins, size * (phase - low))
    return F.avg_pool2d(votes, 8).reshape(n, c * bins, h // 8, w // 8)
  def deviation(x):
    padded = F.pad(x, (1, 1, 1, 1), mode="reflect")
    mean = F.avg_pool2d(padded, 3, 1)
    return (F.avg_pool2d(padded * padded, 3, 1) - mean * mean).clamp(min=1e-8).sqrt()
  return lambda image: [
    image.flatten(1) / 32, scattering(image).flatten(1) / 32, augment(image).flatten(1) / 32, hog(image).flatten(1),
    deviation(image).flatten(1)]

if work == "dcor":
  rows, one, other, both, count = int(given[0]), int(given[1]), int(given[2]), given[3] == "both", int(given[4])
  x, y = torch.randn(rows, one, requires_grad=True), torch.randn(rows, other, requires_grad=both)
  timed(lambda: dcor(x, y).backward(), count)
else:
  name, batch, side = given[0], int(given[1]), int(given[2])
  widths, precision, count = given[3], given[4], int(given[5])
  if work == "simclr":
    timed(contrasting(name, batch, side, widths, precision), count)
    sys.exit()
  step = stepping(name, batch, side, widths, precision, five if work == "step" else lambda side: lambda image: [])
  if work == "step":
    timed(step, count)
  else:
    for _ in range(count):
      step()
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20)
