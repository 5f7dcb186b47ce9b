"""What the makers of cases share: data, and how a case is written."""

import json
import os

import numpy as np
import pandas as pd

ROWS = 1500
JUDGED = 300


def numbers(seed, features=8, rows=ROWS, missing=0.0, zeros=0.0):
    """Columns of several scales, some of whole numbers, with missing cells and zeros as asked."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(rows, features)) * np.power(10.0, rng.integers(-2, 3, features))
    x[:, 1] = np.round(x[:, 1])
    if zeros:
        x[rng.random(x.shape) < zeros] = 0
    if missing:
        x[rng.random(x.shape) < missing] = np.nan
    return x


def signal(x, seed=0, noise=0.3):
    """A target that depends on several columns and on what is missing."""
    rng = np.random.default_rng(seed + 1)
    z = np.nan_to_num(x / (np.nanstd(x, axis=0) + 1e-9), nan=1.5)
    return z[:, 0] + np.sin(2 * z[:, 1]) * z[:, 2] + np.abs(z[:, 3]) + noise * rng.normal(size=len(x))


def classes(y, count):
    """The target cut into classes of about the same size."""
    return np.searchsorted(np.quantile(y, np.linspace(0, 1, count + 1)[1:-1]), y)


def table(seed, rows=ROWS, missing=0.05):
    """Numbers and categories, as a data frame."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(numbers(seed, 3, rows, missing), columns=["amount", "days", "rate"])
    frame["city"] = rng.choice(["Bern", "Zürich", "Genève", "Basel", "St. Gallen", "Chur", "Zug"], rows, p=[0.3, 0.2, 0.2, 0.1, 0.1, 0.07, 0.03])
    frame["grade"] = rng.choice(["A", "B", "C"], rows)
    frame["branch"] = rng.integers(0, 40, rows)
    return frame


def target(frame, seed):
    rng = np.random.default_rng(seed)
    y = np.nan_to_num(frame["amount"].to_numpy(float) / np.nanstd(frame["amount"]), nan=0.5)
    y = y + (frame["city"].astype(str) == "Bern") * 1.5 - (frame["grade"].astype(str) == "C") * 1.0
    return np.asarray(y + (frame["branch"].astype(int) % 7) * 0.3 + 0.2 * rng.normal(size=len(frame)), dtype=float)


def cell(value):
    """A cell as JSON has it: null where it is missing."""
    if isinstance(value, str):
        return value
    if value is None or value is pd.NA or (isinstance(value, (float, np.floating)) and np.isnan(value)):
        return None
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    return int(value) if isinstance(value, (int, np.integer)) else float(value)


class Cases:
    """Writes cases into a folder: the model, the records, and what its own library answers."""

    def __init__(self, folder):
        self.folder = folder
        self.index = []

    def add(self, name, file, data, expected, **more):
        """`data` is a data frame, or a matrix whose columns are given by `names`. `expected` maps outputs to one value a record."""
        names = more.pop("names", None)
        if isinstance(data, pd.DataFrame):
            names = list(data.columns)
            rows = [[cell(v) for v in row] for row in data.itertuples(index=False)]
        else:
            rows = [[cell(v) for v in row] for row in np.asarray(data)]
        for output, values in expected.items():
            if len(values) != len(rows):
                raise ValueError(f"{name}: {output} has {len(values)} values for {len(rows)} records")
        case = {"name": name, "file": os.path.basename(file), "names": names, "rows": rows, **more}
        for part, outputs in (("expected", expected), ("raw", more.get("raw", {})), ("near", more.get("near", {}))):
            case[part] = {output: [cell(v) for v in values] for output, values in outputs.items()}
        with open(os.path.join(self.folder, f"{name}.json"), "w") as out:
            json.dump(case, out)
        self.index.append(name)

    def path(self, name):
        return os.path.join(self.folder, name)

    def done(self):
        with open(os.path.join(self.folder, "index.json"), "w") as out:
            json.dump(self.index, out)


def columns(values, prefix):
    """A matrix as outputs `prefix[0]`, `prefix[1]` …, or a single one as `prefix`."""
    values = np.asarray(values, dtype=float)
    if values.ndim == 1 or values.shape[1] == 1:
        return {prefix: values.reshape(len(values))}
    return {f"{prefix}[{k}]": values[:, k] for k in range(values.shape[1])}


def probabilities(values, names=None):
    values = np.asarray(values, dtype=float)
    if values.ndim == 1:
        values = np.stack([1 - values, values], axis=1)
    names = names if names is not None else range(values.shape[1])
    return {f"probability({name})": values[:, k] for k, name in enumerate(names)}
