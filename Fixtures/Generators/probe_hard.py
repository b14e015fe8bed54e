"""Goldens of the linear probe where fits are hard. Peer: scikit-learn 1.9 `LogisticRegression` (Newton-Cholesky, tol 1e-10)
on standardised columns. Seed 23.

Writes probe-hard/, for each case: CASE_x and CASE_u (float32), CASE_y and CASE_v; and for each lambda, CASE_losses
(lambda, objective = mean cross-entropy + lambda / 2 ||W||^2, mean cross-entropy, top-1 on u).
Cases: conditioned (turned columns of deviations from 1 to 1e-4), collinear (each column three times, nearly), constant
(histograms most of whose bins are nearly always empty), onehot (four categories as columns of 0 and 1), classes (40 of
them), few (fewer rows than columns and classes of two rows), wide (fewer rows than columns), noise (as wide, but labels mean
nothing, so that fits become sure of rows one by one).
"""
import pathlib
import warnings

import numpy as np
from sklearn.linear_model import LogisticRegression

OUT = pathlib.Path(__file__).resolve().parent.parent / "probe-hard"
LAMBDAS = (1e-6, 1e-4, 1e-2, 1.0)


def cases(rng):
    def clusters(count, columns, classes, spread):
        centres = np.random.default_rng(5).standard_normal((classes, columns)) * spread
        y = np.arange(count) % classes
        return centres[y] + rng.standard_normal((count, columns)), y

    def both(make, train, test):
        x, y = make(train)
        u, v = make(test)
        return x, y, u, v

    turn = np.linalg.qr(np.random.default_rng(6).standard_normal((30, 30)))[0] * np.logspace(0, -4, 30)[:, None]

    def conditioned(count):
        x, y = clusters(count, 30, 4, 0.4)
        return x @ turn, y

    def collinear(count):
        x, y = clusters(count, 10, 4, 0.4)
        return np.concatenate([x, x + 1e-3 * rng.standard_normal(x.shape), -2 * x + 1e-4 * rng.standard_normal(x.shape)], 1), y

    def constant(count):
        _, y = clusters(count, 1, 4, 1)
        rates = 10 ** np.random.default_rng(7).uniform(-3, 0.5, (1, 48)) * np.exp(np.random.default_rng(8).standard_normal((4, 48)))
        return rng.poisson(rates[y]) / 64, y

    def onehot(count):
        _, y = clusters(count, 1, 4, 1)
        odds = np.random.default_rng(9).dirichlet(np.full(8, 0.5), (4, 4))
        return np.concatenate([np.eye(8)[[rng.choice(8, p=odds[k, c]) for c in y]] for k in range(4)], 1), y

    yield "conditioned", both(conditioned, 400, 200)
    yield "collinear", both(collinear, 300, 200)
    yield "constant", both(constant, 400, 200)
    yield "onehot", both(onehot, 300, 200)
    yield "classes", both(lambda count: clusters(count, 16, 40, 0.7), 600, 200)
    yield "few", both(lambda count: clusters(count, 24, 8, 0.5), 16, 200)
    yield "wide", both(lambda count: clusters(count, 150, 5, 0.15), 90, 100)
    yield "noise", both(lambda count: clusters(count, 160, 24, 0.0), 144, 100)


def main():
    OUT.mkdir(exist_ok=True)
    warnings.simplefilter("error")
    for name, (x, y, u, v) in cases(np.random.default_rng(23)):
        x, u = x.astype(np.float32), u.astype(np.float32)
        for part, array in (("x", x), ("y", y), ("u", u), ("v", v)):
            np.save(OUT / f"{name}_{part}.npy", array)
        mean, std = x.astype(np.float64).mean(0), x.astype(np.float64).std(0)
        std[std < 1e-30] = np.inf
        xs, us = (x - mean) / std, (u - mean) / std
        rows = []
        for penalty in LAMBDAS:
            model = LogisticRegression(C=1 / (penalty * len(y)), max_iter=1000, tol=1e-10, solver="newton-cholesky").fit(xs, y)
            scores = xs @ model.coef_.T + model.intercept_
            top = scores.max(1)
            loss = (np.log(np.exp(scores - top[:, None]).sum(1)) + top - scores[np.arange(len(y)), y]).mean()
            rows.append([penalty, loss + penalty / 2 * (model.coef_**2).sum(), loss, model.score(us, v)])
        np.save(OUT / f"{name}_losses.npy", np.array(rows))


if __name__ == "__main__":
    main()
