"""The peers of `mvmr-bench store`: h5py on the best of three chunkings, or a NumPy memory map.

Usage: store.py h5py|memmap FEATURES FOLDER BATCHES
Prints the seconds that random batches take. Both give float32, as ours does, and both see the rows warm; h5py wants
sorted rows, each once.
"""

import os, sys, time
import h5py, numpy
peer, path, folder, batches = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
random = numpy.random.default_rng(2)
file = h5py.File(path, "r")
stored = file["train/x"]
rows, columns = stored.shape
indices = [random.integers(0, rows, 256) for _ in range(batches)]

def best(read):
  times = []
  for _ in range(3):
    start = time.perf_counter()
    for index in indices: read(index)
    times.append(time.perf_counter() - start)
  return min(times)

if peer == "memmap":
  memory = numpy.memmap(path, "f2", "r", stored.id.get_offset(), stored.shape)
  print(best(lambda index: memory[index].astype("f4")))
else:
  results = []
  for chunk in (1, 16, 256):
    name = os.path.join(folder, "chunked.h5")
    with h5py.File(name, "w") as other:
      target = other.create_dataset("x", stored.shape, stored.dtype, chunks=(min(chunk, rows), columns))
      for start in range(0, rows, 1024): target[start:start + 1024] = stored[start:start + 1024]
    with h5py.File(name, "r") as other:
      source = other["x"]
      def read(index):
        unique, back = numpy.unique(index, return_inverse=True)
        return source[unique][back].astype("f4")
      full = indices
      indices = full[:max(1, len(full) // 10)]
      results.append(best(read) * len(full) / len(indices))
      indices = full
    os.remove(name)
  print(min(results))
