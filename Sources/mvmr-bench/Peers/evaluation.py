"""The peers of `mvmr-bench evaluation`: FAISS flat, or scikit-learn.

Usage: evaluation.py faiss|scikit-learn FEATURES NAME THREADS K|PENALTY,... [ROWS]
Prints one JSON object: seconds, and top1 at best. Writes the rows that FAISS found into ROWS. Reading, normalising and
standardising are not timed.
"""

import json, sys, time
import h5py, numpy

peer, path, name, threads, values = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]), sys.argv[5].split(",")
with h5py.File(path, "r") as file:
  x, u = (file[split][name][:].astype("f4") for split in ("train", "test"))
  y, v = (file[split]["labels"][:] for split in ("train", "test"))
x, u = x.reshape(len(x), -1), u.reshape(len(u), -1)

if peer == "faiss":
  import faiss
  faiss.omp_set_num_threads(threads)
  x, u = (a / numpy.maximum(numpy.linalg.norm(a, axis=1, keepdims=True), 1e-12) for a in (x, u))
  index = faiss.IndexFlatIP(x.shape[1])
  index.add(x)
  times = []
  for _ in range(3):
    start = time.perf_counter()
    scores, rows = index.search(u, int(values[0]))
    times.append(time.perf_counter() - start)
  rows.astype("i4").tofile(sys.argv[6])
  print(json.dumps({"seconds": sorted(times)[1], "top1": 0}))
else:
  import warnings
  from sklearn.linear_model import LogisticRegression
  warnings.filterwarnings("ignore")
  mean, deviation = x.mean(0), x.std(0) + 1e-6
  x, u = (x - mean) / deviation, (u - mean) / deviation
  best, start = 0, time.perf_counter()
  for value in values:
    model = LogisticRegression(C=1 / (float(value) * len(x)), max_iter=1000, tol=1e-4).fit(x, y)
    best = max(best, model.score(u, v))
  print(json.dumps({"seconds": time.perf_counter() - start, "top1": best}))
