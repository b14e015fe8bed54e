"""The peers of `mvmr-bench evaluation`: FAISS flat, or scikit-learn.

Usage: evaluation.py faiss|scikit-learn FEATURES NAME THREADS K|PENALTY,... [ROWS|PENALTY]
Prints one JSON object: seconds, and top1 at best. Writes the rows that FAISS found into ROWS. Reading, normalising and
standardising are not timed. For the last PENALTY it also prints the objective and the top-1 of a fit to convergence in
float64, which is not timed.
"""

import json, sys, time
import h5py, numpy

peer, path, name, threads, values = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]), sys.argv[5].split(",")
with h5py.File(path, "r") as file:
  splits = "train", "test" if "test" in file else "val"
  x, u = (file[split][name][:].astype("f4") for split in splits)
  y, v = (file[split]["labels"][:] for split in splits)
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
  mean, deviation = x.mean(0, dtype="f8"), x.std(0, dtype="f8")
  deviation[deviation <= 1e-7 * abs(mean)] = numpy.inf
  wide, wide_test = (x - mean) / deviation, (u - mean) / deviation
  x, u = wide.astype("f4"), wide_test.astype("f4")
  best, start = 0, time.perf_counter()
  for value in values:
    model = LogisticRegression(C=1 / (float(value) * len(x)), max_iter=1000, tol=1e-4).fit(x, y)
    best = max(best, model.score(u, v))
  answer = {"seconds": time.perf_counter() - start, "top1": best}
  if len(sys.argv) > 6 and len(model.classes_) > 2:
    penalty = float(sys.argv[6])
    model = LogisticRegression(C=1 / (penalty * len(x)), max_iter=20_000, tol=1e-8).fit(wide, y)
    logs = model.predict_log_proba(wide)[numpy.arange(len(y)), numpy.searchsorted(model.classes_, y)]
    answer["objective"] = float(penalty / 2 * (model.coef_**2).sum() - logs.mean())
    answer["converged_top1"] = model.score(wide_test, v)
  print(json.dumps(answer))
