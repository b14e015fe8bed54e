"""The peer of `mvmr-bench images`: Pillow, and torchvision on Pillow's images.

Usage: images.py PROCESSES frame exact|draft FILES
       images.py PROCESSES views SIDE FILES
       images.py PROCESSES both FILES
FILES is a list of images, one a line. Prints images a second, three times; the first pass is not counted.
"""

import sys, time, warnings
from multiprocessing import get_context
warnings.filterwarnings("ignore")
from PIL import Image

def scaled(image, side=256):
  width, height = image.size
  return (side, side * height // width) if width <= height else (side * width // height, side)

def framed(image, size=224, side=256):
  between = scaled(image, side)
  left, top = round((between[0] - size) / 2), round((between[1] - size) / 2)
  return image.resize(between, Image.BILINEAR).crop((left, top, left + size, top + size))

def frame(file, draft):
  image = Image.open(file)
  if draft: image.draft("RGB", scaled(image))
  return framed(image.convert("RGB"))

def policy(side):
  import torch
  from torchvision.transforms import v2
  torch.set_num_threads(1)
  jitter = v2.RandomApply([v2.ColorJitter(0.8, 0.8, 0.8, 0.2)], 0.8)
  blur = [v2.GaussianBlur(2 * int(0.05 * side) + 1, (0.1, 2.0))] if side >= 20 else []
  return v2.Compose([v2.RandomResizedCrop(side), v2.RandomHorizontalFlip(), jitter, v2.RandomGrayscale(0.2), *blur])

def passes(files, work, given, start, rates):
  if work == "frame":
    run = lambda: [frame(file, given[0] == "draft") for file in files]
  elif work == "views":
    side = int(given[0])
    view, images = policy(side), [framed(Image.open(file).convert("RGB"), side, side) for file in files]
    run = lambda: [view(image) for image in images]
  else:
    view = policy(224)
    def both(file):
      image = Image.open(file).convert("RGB")
      return framed(image), view(image)
    run = lambda: [both(file) for file in files]
  for _ in range(4):
    start.wait()
    begun = time.perf_counter()
    run()
    rates.put(time.perf_counter() - begun)
    start.wait()

if __name__ == "__main__":
  count, work, given = int(sys.argv[1]), sys.argv[2], sys.argv[3:]
  with open(given[-1]) as lines: files = lines.read().splitlines()
  context = get_context("fork")
  start, rates = context.Barrier(count + 1), context.SimpleQueue()
  workers = [context.Process(target=passes, args=(files[i::count], work, given, start, rates)) for i in range(count)]
  for worker in workers: worker.start()
  for number in range(4):
    start.wait()
    seconds = max(rates.get() for _ in range(count))
    start.wait()
    if number: print(len(files) / seconds)
  for worker in workers: worker.join()
