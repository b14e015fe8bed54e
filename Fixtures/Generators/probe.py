"""Goldens of the linear probe. Peer: scikit-learn 1.9 `LogisticRegression` (L-BFGS, tol 1e-12) on standardised columns. Seed 11.

Writes probe/: x (600 x 20) float32 with badly scaled columns and a constant one, y (5 classes), u and v for test;
for each lambda: objective = mean cross-entropy + lambda / 2 ||W||^2 (C = 1 / (lambda n)), mean cross-entropy, predictions and
the gap between the two best scores of each test row.
"""
import pathlib

import numpy as np
from sklearn.linear_model import LogisticRegression

OUT = pathlib.Path(__file__).resolve().parent.parent / "probe"
LAMBDAS = (1e-4, 1e-2, 1.0)


def main():
    OUT.mkdir(exist_ok=True)
    rng = np.random.default_rng(11)
    centres = rng.standard_normal((5, 20)) * 0.7
    y, v = rng.integers(0, 5, 600), rng.integers(0, 5, 200)
    scale, shift = 10 ** rng.uniform(-3, 3, 20), 10 ** rng.uniform(-3, 3, 20)
    x = ((centres[y] + rng.standard_normal((600, 20))) * scale + shift).astype(np.float32)
    u = ((centres[v] + rng.standard_normal((200, 20))) * scale + shift).astype(np.float32)
    x[:, 7] = u[:, 7] = 0.1
    for name, array in (("x", x), ("y", y), ("u", u), ("v", v)):
        np.save(OUT / f"{name}.npy", array)
    mean, std = x.astype(np.float64).mean(0), x.astype(np.float64).std(0)
    std[7] = 1
    mean[7] = x[0, 7]
    xs, us = (x - mean) / std, (u - mean) / std
    rows, predictions, gaps = [], [], []
    for penalty in LAMBDAS:
        model = LogisticRegression(C=1 / (penalty * len(y)), max_iter=10_000, tol=1e-12).fit(xs, y)
        scores = xs @ model.coef_.T + model.intercept_
        top = scores.max(1)
        loss = (np.log(np.exp(scores - top[:, None]).sum(1)) + top - scores[np.arange(len(y)), y]).mean()
        rows.append([penalty, loss + penalty / 2 * (model.coef_**2).sum(), loss])
        test = np.sort(us @ model.coef_.T + model.intercept_, 1)
        predictions.append(model.predict(us))
        gaps.append(test[:, -1] - test[:, -2])
    np.save(OUT / "losses.npy", np.array(rows))
    np.save(OUT / "predictions.npy", np.array(predictions))
    np.save(OUT / "gaps.npy", np.array(gaps))


if __name__ == "__main__":
    main()
