"""What every case is written as: a model in a file, records, and what TensorFlow answers for them."""

import json
import os
import shutil
import tarfile
import tempfile

import numpy as np
import tensorflow as tf


class Cases:
    def __init__(self, folder):
        self.folder = folder
        self.index = []
        self.random = np.random.default_rng(7)

    def write(self, name, data, file_format, inputs, outputs, metadata=None, tolerance=1e-6):
        """inputs and outputs: arrays by key; the first dimension counts records."""
        file = f"{name}.bin"
        with open(os.path.join(self.folder, file), "wb") as to:
            to.write(data)
        rows = len(next(iter(inputs.values())))
        names, columns = [], []
        for key in sorted(inputs):
            flat = np.asarray(inputs[key]).reshape(rows, -1)
            width = flat.shape[1]
            names += [key] if width == 1 else [f"{key}[{i}]" for i in range(width)]
            columns += [flat[:, i] for i in range(width)]
        case = {
            "name": name,
            "file": file,
            "format": file_format,
            "names": names,
            "rows": [[plain(column[row]) for column in columns] for row in range(rows)],
            "expected": {key: [[plain(x) for x in line] for line in np.asarray(value).reshape(rows, -1)] for key, value in outputs.items()},
            "metadata": metadata or {},
            "tolerance": tolerance,
        }
        with open(os.path.join(self.folder, f"{name}.json"), "w") as to:
            json.dump(case, to)
        self.index.append(name)

    def saved(self, name, export, inputs, metadata=None, signature="serving_default", tolerance=1e-6, version=None):
        """export(directory) writes a SavedModel, which TensorFlow then loads again and asks."""
        directory = tempfile.mkdtemp()
        try:
            path = os.path.join(directory, "model")
            export(path)
            asked = tf.saved_model.load(path).signatures[signature]
            answers = asked(**{key: tf.constant(value) for key, value in inputs.items()})
            outputs = {key: value.numpy() for key, value in answers.items()}
            self.write(name, archive(path, version), "tensorflow-saved", inputs, outputs, metadata, tolerance)
        finally:
            shutil.rmtree(directory)

    def frozen(self, name, graph, inputs, outputs, metadata=None, tolerance=1e-6):
        """graph: a GraphDef. inputs: arrays by placeholder; outputs: names of tensors, or arrays by name."""
        one = tf.Graph()
        with one.as_default():
            tf.graph_util.import_graph_def(graph, name="")
        with tf.compat.v1.Session(graph=one) as session:
            answers = session.run([f"{key}:0" for key in outputs], {f"{key}:0": value for key, value in inputs.items()})
        self.write(name, graph.SerializeToString(), "tensorflow", inputs, dict(zip(outputs, answers)), metadata, tolerance)

    def normal(self, *shape):
        return self.random.normal(size=shape).astype(np.float32)

    def done(self):
        with open(os.path.join(self.folder, "index.json"), "w") as to:
            json.dump(self.index, to)


def plain(value):
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, (str, bool)):
        return value
    if isinstance(value, np.bool_):
        return bool(value)
    return float(value) if isinstance(value, (float, np.floating)) else int(value)


def archive(path, version):
    """A zip where version is None, else a tar.gz of a folder of versions."""
    target = tempfile.mktemp()
    if version is None:
        file = shutil.make_archive(target, "zip", path)
    else:
        file = f"{target}.tar.gz"
        with tarfile.open(file, "w:gz") as tar:
            tar.add(path, arcname=f"model/{version}")
    with open(file, "rb") as read:
        data = read.read()
    os.remove(file)
    return data
