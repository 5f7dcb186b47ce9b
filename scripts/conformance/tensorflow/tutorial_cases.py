"""The tutorial's wine models, on all of its records."""

import csv
import os
import shutil

import numpy as np
import tensorflow as tf


def make(cases, folder):
    with open(os.path.join(folder, "winequality_red.csv")) as file:
        lines = list(csv.reader(file, delimiter=";"))
    numbers = [line for line in lines if line and line[0].replace(".", "", 1).isdigit()]
    x = np.array([[float(cell) for cell in line[:11]] for line in numbers], dtype=np.float32)
    print(f"tutorial: {len(x)} records", flush=True)
    with open(os.path.join(folder, "optimized_WineQuality.pb"), "rb") as file:
        graph = tf.compat.v1.GraphDef.FromString(file.read())
    cases.frozen("tutorial-frozen", graph, {"dense_1_input": x}, ["dense_3/Sigmoid"], tolerance=3e-7)
    loaded = tf.saved_model.load(os.path.join(folder, "saved/1"))
    signature = sorted(loaded.signatures)[0]
    key = list(loaded.signatures[signature].structured_input_signature[1])[0]
    export = lambda path: shutil.copytree(os.path.join(folder, "saved/1"), path)
    cases.saved("tutorial-saved", export, {key: x}, signature=signature, tolerance=3e-7, version=1)
