"""Graphs of TensorFlow 1 and 2: frozen, with variables, with functions, branches and loops."""

import os
import shutil
import tempfile

import numpy as np
import tensorflow as tf

v1 = tf.compat.v1


def make(cases):
    first_version(cases)
    first_loops(cases)
    modules(cases)
    frozen_functions(cases)


def first_version(cases):
    """Sessions, placeholders and variables of TensorFlow 1."""
    for resource in [False, True]:
        kind = "resource" if resource else "ref"
        with tf.Graph().as_default(), v1.Session() as session:
            v1.set_random_seed(1)
            x = v1.placeholder(tf.float32, [None, 6], name="x")
            hidden = tf.nn.relu(tf.matmul(x, variable("w1", [6, 8], resource)) + variable("b1", [8], resource))
            y = tf.nn.softmax(tf.matmul(hidden, variable("w2", [8, 3], resource)), name="y")
            best = tf.argmax(y, axis=1, name="best")
            session.run(v1.global_variables_initializer())
            data = cases.normal(20, 6)

            exported = os.path.join(tempfile.mkdtemp(), "model")
            v1.saved_model.simple_save(session, exported, {"x": x}, {"best": best, "y": y})
            frozen = v1.graph_util.convert_variables_to_constants(session, session.graph.as_graph_def(), ["y"])
        cases.frozen(f"tf1-frozen-{kind}", frozen, {"x": data}, ["y"])
        cases.saved(f"tf1-saved-{kind}", lambda path: shutil.copytree(exported, path), {"x": data}, version=1)

    with tf.Graph().as_default(), v1.Session() as session:
        x = v1.placeholder(tf.float32, [None, 8, 8, 2], name="x")
        h = tf.nn.relu(tf.nn.bias_add(tf.nn.conv2d(x, variable("k", [3, 3, 2, 4], False), strides=1, padding="SAME"), variable("b", [4], False)))
        h = tf.nn.local_response_normalization(tf.nn.max_pool2d(h, 2, 2, "VALID"))
        y = tf.identity(tf.reduce_sum(tf.reshape(h, [-1, 64]) ** 2.0, axis=[1], keepdims=True), name="y")
        session.run(v1.global_variables_initializer())
        frozen = v1.graph_util.convert_variables_to_constants(session, session.graph.as_graph_def(), ["y"])
        cases.frozen("tf1-frozen-conv", frozen, {"x": cases.normal(10, 8, 8, 2)}, ["y"])

    with tf.Graph().as_default(), v1.Session() as session:
        training = v1.placeholder_with_default(False, [], name="training")
        x = v1.placeholder(tf.float32, [None, 4], name="x")
        v1.disable_control_flow_v2()
        h = v1.cond(training, lambda: x * 7.0, lambda: tf.tanh(x))
        tf.identity(h + 1.0, name="y")
        cases.frozen("tf1-frozen-cond", session.graph.as_graph_def(), {"x": cases.normal(10, 4)}, ["y"])
        v1.enable_control_flow_v2()


def first_loops(cases):
    """Loops and arrays as TensorFlow 1 wrote them."""
    with tf.Graph().as_default(), v1.Session() as session:
        v1.disable_control_flow_v2()
        x = v1.placeholder(tf.float32, [None, 6, 3], name="x")
        w, u = variable("w", [3, 4], False), variable("u", [4, 4], False)
        steps = tf.transpose(x, [1, 0, 2])
        read = tf.TensorArray(tf.float32, size=6).unstack(steps)
        written = tf.TensorArray(tf.float32, size=6)

        def step(i, h, out):
            h = tf.tanh(tf.matmul(read.read(i), w) + tf.matmul(h, u))
            return i + 1, h, out.write(i, h)

        first = tf.zeros(tf.stack([tf.shape(x)[0], 4]))
        _, last, all_steps = v1.while_loop(lambda i, *_: i < 6, step, [0, first, written])
        tf.identity(last + tf.reduce_sum(all_steps.stack(), axis=0), name="y")
        session.run(v1.global_variables_initializer())
        frozen = v1.graph_util.convert_variables_to_constants(session, session.graph.as_graph_def(), ["y"])
        cases.frozen("tf1-frozen-loop", frozen, {"x": cases.normal(10, 6, 3)}, ["y"])
        v1.enable_control_flow_v2()


def variable(name, shape, resource):
    return v1.get_variable(name, shape, initializer=v1.random_normal_initializer(stddev=0.4, seed=len(name)), use_resource=resource)


class Module(tf.Module):
    def __init__(self, cases):
        super().__init__()
        self.w = tf.Variable(cases.normal(4, 3) * 0.5)
        self.table = tf.lookup.StaticHashTable(tf.lookup.KeyValueTensorInitializer(["a", "b"], [1.5, -2.0]), 0.25)
        self.assets = vocabulary_table(["low", "middle", "high"])

    @tf.function(input_signature=[tf.TensorSpec([None, 4], tf.float32, name="x")])
    def branch(self, x):
        y = tf.matmul(x, self.w)
        if tf.reduce_sum(self.w) > 100.0:
            return {"y": y * 100.0}
        if tf.reduce_max(x) > -1000.0:
            y = tf.sin(y)
        else:
            y = -y
        return {"y": y}

    @tf.function(input_signature=[tf.TensorSpec([None, 4], tf.float32, name="x")])
    def loop(self, x):
        y = tf.matmul(x, self.w)
        for _ in tf.range(5):
            y = tf.tanh(y) + 0.1 * tf.reduce_sum(y, axis=1, keepdims=True)
        return {"y": y}

    @tf.function(input_signature=[tf.TensorSpec([None, 2], tf.string, name="words")])
    def words(self, words):
        return {"sum": tf.reduce_sum(self.table.lookup(words), axis=1), "rank": self.assets.lookup(words)}

    @tf.function(input_signature=[tf.TensorSpec([None, 6], tf.float32, name="x")])
    def slices(self, x):
        y = tf.reshape(x, [-1, 2, 3])
        parts = [y[:, 0], y[..., 1, :], tf.squeeze(y[:, 1:, ::-1], 1), y[:, tf.newaxis, 0, -1], y[:, -2:, 1]]
        a, b = tf.split(x, [2, -1], axis=1)
        return {"y": tf.concat([*parts, b, a, tf.reverse(x, [1]), tf.tile(a, [1, 2]), tf.pad(a, [[0, 0], [1, 1]])], axis=1)}

    @tf.function(input_signature=[tf.TensorSpec([None, 5], tf.float32, name="x")])
    def numbers(self, x):
        positive = tf.abs(x) + 0.5
        i = tf.cast(x * 10, tf.int32)
        parts = [
            tf.math.log1p(positive), tf.math.expm1(x), tf.math.rsqrt(positive), tf.floor(x), tf.round(x * 3), tf.sign(x), tf.math.floormod(x, positive),
            tf.math.erf(x), tf.math.atan2(x, x[:, ::-1]), tf.clip_by_value(x, -0.5, 0.5), tf.math.divide_no_nan(x, tf.nn.relu(x)), tf.cumsum(x, axis=1),
            tf.cast(i // 3, tf.float32), tf.cast(i % 3, tf.float32), tf.where(x > 0, x, x * x), tf.nn.l2_normalize(x, axis=1), tf.math.squared_difference(x, positive),
            tf.one_hot(tf.argmax(x, axis=1), 5), tf.math.top_k(x, 5).values, tf.gather(x, [3, 1], axis=1), tf.cast(tf.reduce_any(x > 1, axis=1, keepdims=True), tf.float32),
        ]
        return {"y": tf.concat(parts, axis=1), "best": tf.math.top_k(x, 2).indices}

    @tf.function(input_signature=[tf.TensorSpec([None, 3, 2], tf.float32, name="a"), tf.TensorSpec([None, 3, 2], tf.float32, name="b")])
    def products(self, a, b):
        y = tf.matmul(a, b, transpose_b=True)
        z = tf.einsum("bij,bkj->bik", a, b)
        return {"y": tf.linalg.band_part(y, -1, 0) + z, "sum": tf.reduce_sum(a * b, axis=[1, 2])}


def vocabulary_table(words):
    path = os.path.join(tempfile.mkdtemp(), "vocabulary.txt")
    with open(path, "w") as to:
        to.write("\n".join(words) + "\n")
    initializer = tf.lookup.TextFileInitializer(path, tf.string, tf.lookup.TextFileIndex.WHOLE_LINE, tf.int64, tf.lookup.TextFileIndex.LINE_NUMBER)
    return tf.lookup.StaticHashTable(initializer, -1)


def modules(cases):
    """tf.Module, each function a signature of the same saved model."""
    module = Module(cases)
    words = np.array([[["a", "b", "c", "low"][i % 4], ["high", "a", "middle"][i % 3]] for i in range(12)])
    data = {
        "branch": {"x": cases.normal(10, 4)},
        "loop": {"x": cases.normal(10, 4)},
        "words": {"words": words},
        "slices": {"x": cases.normal(10, 6)},
        "numbers": {"x": cases.normal(10, 5)},
        "products": {"a": cases.normal(10, 3, 2), "b": cases.normal(10, 3, 2)},
    }

    def export(path):
        tf.saved_model.save(module, path, signatures={name: getattr(module, name) for name in data})

    for name, inputs in data.items():
        cases.saved(f"module-{name}", export, inputs, {"signature": name}, signature=name)


def frozen_functions(cases):
    """Functions of TensorFlow 2, frozen to a GraphDef."""
    from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

    w = tf.Variable(cases.normal(5, 3) * 0.5)

    @tf.function(input_signature=[tf.TensorSpec([None, 5], tf.float32, name="x")])
    def dense(x):
        return tf.nn.sigmoid(tf.matmul(x, w))

    frozen = convert_variables_to_constants_v2(dense.get_concrete_function())
    cases.frozen("tf2-frozen-dense", frozen.graph.as_graph_def(), {"x": cases.normal(10, 5)}, [frozen.outputs[0].op.name])
