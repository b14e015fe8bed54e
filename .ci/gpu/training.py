"""Whole runs of mvmr on a device: a step beside the processor's, steps that learn, precisions, resuming, speed, memory."""

import csv
import json
import os
import signal
import struct
import subprocess
import sys
import time

import torch

HERE = os.path.dirname(os.path.abspath(__file__))
SMALL = """encoder=cifar-resnet widths=16-32-64 projector=64-64 batch_size=32 policy=cifar validate_every=0
  representations=hog,pixels""".split()


class Checks:
    """Runs of one program in one folder."""

    def __init__(self, program, folder, device, small):
        self.program, self.folder, self.device, self.small = program, folder, device, small
        self.environment = os.environ | {"MVMR_TORCH": os.path.dirname(torch.__file__)}
        self.failures = 0

    def report(self, ok, words):
        self.failures += not ok
        print(f"{'ok  ' if ok else 'FAIL'} {words}", flush=True)

    def mvmr(self, *words, code=0):
        """Standard output, and the errors; another end than `code` is an error."""
        ran = subprocess.run([self.program, *words], cwd=self.folder, env=self.environment, capture_output=True, text=True)
        if ran.returncode != code:
            raise RuntimeError(f"mvmr {' '.join(words)} ended with {ran.returncode}: {ran.stderr[-2000:]}")
        return ran.stdout, ran.stderr

    def train(self, run, settings, device=None, source="synthetic:128", more=(), code=0):
        words = ["train", source, "--features", f"{source.replace(':', '-')}.h5", "--output", run]
        for setting in settings:
            words += ["--set", setting]
        return self.mvmr(*words, "--device", device or self.device, "--quiet", *more, code=code)

    def extract(self, source, *words):
        self.mvmr("extract", source, *words, "--output", f"{source.replace(':', '-')}.h5", "--quiet")

    def losses(self, run):
        with open(os.path.join(self.folder, run, "losses.csv"), encoding="utf-8") as log:
            return [float(row["loss"]) for row in csv.DictReader(log)]

    def bytes(self, run):
        with open(os.path.join(self.folder, run, "last.ckpt"), "rb") as file:
            return file.read()

    def weights(self, run):
        """The float32 tensors of a checkpoint, which is a file of safetensors."""
        data = self.bytes(run)
        (length,) = struct.unpack("<Q", data[:8])
        header = json.loads(data[8 : 8 + length])
        header.pop("__metadata__", None)
        found = {}
        for name, entry in header.items():
            begin, end = (8 + length + place for place in entry["data_offsets"])
            found[name] = torch.frombuffer(bytearray(data[begin:end]), dtype=torch.float32)
        return found

    # What is checked.

    def step(self):
        """One step from the same weights: by what the weights move, as they themselves would hide it."""
        one = [*SMALL, "precision=float32", "optimizer=sgd", "scheduler=constant", "batch_size=128", "epochs=1"]
        self.train("device", [*one, "lr=0.1"])
        self.train("processor", [*one, "lr=0.1"], device="cpu")
        self.train("start", [*one, "lr=0", "min_lr=0"], device="cpu")
        start, here, there = self.weights("start"), self.weights("processor"), self.weights("device")
        worst = 0.0
        for name in start:
            if name.startswith(("backbone.", "projector.")):
                moved = here[name] - start[name]
                worst = max(worst, float((there[name] - here[name]).abs().max() / moved.abs().max().clamp_min(1e-6)))
        (a,), (b,) = self.losses("processor"), self.losses("device")
        self.report(abs(a - b) <= 1e-3 * abs(a), f"the loss of a step differs by {abs(a - b) / abs(a):.1e} (at most 1e-03)")
        self.report(worst <= 1e-3, f"what a step moves differs by {worst:.1e} of the largest (at most 1e-03)")

    def learns(self):
        epochs = 50 if not self.small else 10
        # 4 steps an epoch.
        self.train("learns", [*SMALL, f"epochs={epochs}", "lr=0.002"])
        losses = self.losses("learns")
        ok = losses[-1] < 0.8 * losses[0] and all(loss == loss for loss in losses)
        self.report(ok, f"{4 * epochs} steps: the loss fell from {losses[0]:.3f} to {losses[-1]:.3f}")

    def precisions(self):
        few = [*SMALL, "epochs=3", "lr=0.001"]
        found = {}
        for precision in ("float32", "bf16") + (("float16",) if self.device != "cpu" else ()):
            self.train(precision, [*few, f"precision={precision}"])
            found[precision] = self.losses(precision)[-1]
        worst = max(abs(loss - found["float32"]) / abs(found["float32"]) for loss in found.values())
        words = ", ".join(f"{name} {loss:.4f}" for name, loss in found.items())
        self.report(worst <= 0.05, f"after 12 steps the loss is {words} (within 5 %)")

    def resumes(self):
        few = [*SMALL, "epochs=60", "lr=0.001"]
        self.train("whole", few)
        words = [self.program, "train", "synthetic:128", "--features", "synthetic-128.h5", "--output", "stopped"]
        for setting in few:
            words += ["--set", setting]
        run = subprocess.Popen([*words, "--device", self.device], cwd=self.folder, env=self.environment,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
        log = os.path.join(self.folder, "stopped", "losses.csv")
        while run.poll() is None and not (os.path.exists(log) and len(self.losses("stopped")) >= 5):
            time.sleep(0.02)
        run.send_signal(signal.SIGTERM)
        code, done = run.wait(), len(self.losses("stopped"))
        self.mvmr("train", "--resume", "--output", "stopped", "--device", self.device, "--quiet")
        same = self.bytes("whole") == self.bytes("stopped")
        self.report(
            code == 143 and same,
            f"stopped in epoch {done + 1} of 60 (exit {code}) and resumed: the checkpoint is "
            f"{'that of a run that was not, byte for byte' if same else 'ANOTHER'}")  # fmt: skip

    def scores(self):
        self.mvmr("embed", "learns", "synthetic:128", "--output", "device.h5", "--device", self.device, "--quiet")
        self.mvmr("embed", "learns", "synthetic:128", "--output", "processor.h5", "--device", "cpu", "--quiet")
        rows = []
        for name in ("device", "processor"):
            self.mvmr("convert", f"{name}.h5", "--output", name + "-rows", "--quiet")
            import numpy  # PyTorch's users have it; nothing else here needs it.

            (path,) = [os.path.join(place, file) for place, _, files in os.walk(os.path.join(self.folder, name + "-rows"))
                       for file in files if "train" in os.path.join(place, file) and "embedding" in file]  # fmt: skip
            rows.append(torch.from_numpy(numpy.load(path).astype("float32")))
        off = float((rows[0] - rows[1]).abs().max() / rows[1].abs().max())
        self.report(off <= 1e-3, f"embed: rows differ from the processor's by {off:.1e} (at most 1e-03)")
        out, _ = self.mvmr("evaluate", "learns", "synthetic:128", "--output", "page", "--device", self.device, "--json")
        self.report(json.loads(out)["probe"] > 0.15, f"evaluate: a linear probe scores {json.loads(out)['probe']:.3f}")
        self.mvmr("finetune", "learns", "synthetic:128", "--output", "tuned", "--set", "epochs=2", "--device", self.device)
        self.mvmr("train", "synthetic:128", "--teacher", "learns", "--output", "distilled", "--device", self.device,
                  *[word for setting in [*SMALL[:-1], "representations=none", "epochs=1"] for word in ("--set", setting)])
        self.report(True, "finetune, and training on a teacher, ran to their ends")

    def speed(self):
        batch, size, steps = (20, 32, 2) if self.small else (256, 224, 12)
        source = f"synthetic:{batch}"
        self.extract(source, "--size", f"{size}x{size}", "--representation", "color:bins=8")
        # The step and not the augmentation, which is the processor's; one image is one view that the network sees twice.
        settings = [
            "encoder=resnet50", "stem=imagenet", "projector=2048-2048-2048", f"batch_size={batch}", "policy=none",
            "representations=color,pixels", "precision=bf16", "validate_every=0", f"epochs={steps}", "log_every=0",
            f"checkpoint_every={steps}"]  # fmt: skip
        out, _ = self.train("fast", settings, source=source, more=["--size", f"{size}x{size}", "--json"])
        # The first steps choose algorithms and wait for the first batches.
        epochs = json.loads(out)["epochs"][steps // 3 :]
        ours = len(epochs) * batch / sum(epoch["seconds"] for epoch in epochs)
        waiting = sum(epoch["waiting_share"] for epoch in epochs) / len(epochs)
        ran = subprocess.run([sys.executable, f"{HERE}/pytorch_step.py", self.device, str(batch), str(size), str(len(epochs))],
                             capture_output=True, text=True, check=True)  # fmt: skip
        theirs = json.loads(ran.stdout)
        rate = theirs["images_per_second"]
        print(f"     ResNet-50, batch {batch} of {size} px, bf16: {ours:.1f} images/s ({100 * waiting:.0f} % of the time "
              f"waiting for images); PyTorch's step {rate:.1f}; {ours / rate:.2f} of it", flush=True)  # fmt: skip
        words = [word for setting in settings if "batch" not in setting for word in ("--set", setting)]
        out, _ = self.mvmr("train", source, "--features", f"{source.replace(':', '-')}.h5", "--size", f"{size}x{size}",
                           "--find-batch", "--device", self.device, "--json", *words)  # fmt: skip
        for point in json.loads(out)["points"]:
            print(f"     batch {point['batch_size']:5}: {point['images_per_second']:8.1f} images/s, "
                  f"{point['bytes'] / 1e9:.2f} GB", flush=True)  # fmt: skip
        print(f"     PyTorch's step at batch {batch}: {theirs['bytes'] / 1e9:.2f} GB", flush=True)

    def memory(self):
        """A batch that no device holds; the line names one that fits."""
        source = "synthetic:2048"
        words = ["--set", "encoder=resnet50", "--set", "stem=small_kernel", "--set", "precision=float32", "--set",
                 "policy=none", "--set", "representations=pixels", "--set", "batch_size=2048"]  # fmt: skip
        _, errors = self.mvmr("train", source, "--size", "192x192", "--output", "large", "--device", self.device, "--quiet",
                              *words, code=70)  # fmt: skip
        last = errors.strip().splitlines()[-1]
        self.report("batch_size=2048: needs more memory than cuda:0" in last and "fits" in last, last)

    def all(self):
        self.extract("synthetic:128", "--representation", "hog")
        checks = [self.step, self.learns, self.precisions, self.resumes, self.scores, self.speed]
        for check in checks + ([self.memory] if self.device != "cpu" else []):
            try:
                check()
            except (RuntimeError, OSError, ValueError, subprocess.SubprocessError) as error:
                self.report(False, f"{check.__name__}: {error}")
        return self.failures
