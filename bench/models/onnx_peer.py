"""CPU ns a record of Python's ONNX Runtime, one thread: onnx_peer.py <packages> <folder>.

A line on stdin names a model and how many passes: <folder>/<name>.onnx is run over <name>.f32 in batches of 256, so many times, the
answers are written to <name>.answers.f32, and the CPU time of it is printed.
"""

import os
import sys
import time

packages, folder = sys.argv[1:]
sys.path.insert(0, packages)
os.environ["OMP_NUM_THREADS"] = "1"

import numpy as np  # noqa: E402
import onnxruntime as ort  # noqa: E402

print(ort.__version__, flush=True)
options = ort.SessionOptions()
options.intra_op_num_threads = 1
options.inter_op_num_threads = 1
loaded = {}


def load(name):
    session = ort.InferenceSession(f"{folder}/{name}.onnx", options, providers=["CPUExecutionProvider"])
    taken = session.get_inputs()[0]
    width = int(np.prod(taken.shape[1:]))
    inputs = np.fromfile(f"{folder}/{name}.f32", np.float32).reshape(-1, *taken.shape[1:]) if width else None
    return session, taken.name, session.get_outputs()[0].name, inputs


for line in sys.stdin:
    name, passes = line.split()
    if name not in loaded:
        loaded[name] = load(name)
    session, taken, given, inputs = loaded[name]
    before = time.process_time_ns()
    for _ in range(int(passes)):
        answers = [session.run([given], {taken: inputs[i : i + 256]})[0] for i in range(0, len(inputs), 256)]
    used = time.process_time_ns() - before
    np.concatenate([answer.reshape(len(answer), -1) for answer in answers]).astype(np.float32).tofile(f"{folder}/{name}.answers.f32")
    print(used / len(inputs) / int(passes), flush=True)
