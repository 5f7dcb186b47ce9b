"""Models that take texts apart, hash them and look them up."""

import keras
import numpy as np
import tensorflow as tf
import tf_keras
from keras import layers

SENTENCES = ["The cat sat on the mat.", "A dog!", "", "  two   spaces ", "cats, dogs & (other) pets", "the the the", "unknown words only", "a-b c_d 'e'"]
WORDS = ["red", "green", "blue", "pink", "", "a longer word than sixteen bytes", "\u00e4rger \u4e2d\u6587", "x" * 70, "mask"]


def make(cases):
    sentences = np.array([[text] for text in SENTENCES])
    words = np.array([[text] for text in WORDS])
    numbers = np.array([[0], [1], [-5], [123456789012], [7], [42], [9], [10], [99]], dtype=np.int64)
    add(cases, "hashing", lambda x: layers.Hashing(num_bins=7)(x), words)
    add(cases, "hashing-strong-masked", lambda x: layers.Hashing(num_bins=7, salt=[133, 137], mask_value="mask")(x), words)
    add(cases, "hashing-one-number", lambda x: layers.Hashing(num_bins=100, salt=5)(x), np.repeat(words, 2, axis=1))
    add(cases, "hashing-integers", lambda x: layers.Hashing(num_bins=5, output_mode="one_hot")(x), numbers)
    add(cases, "hashing-embedded", lambda x: layers.Dense(2)(layers.Flatten()(layers.Embedding(11, 4)(layers.Hashing(num_bins=11)(x)))), words)
    for name, options in {
        "int": {"output_sequence_length": 5},
        "multi-hot": {"output_mode": "multi_hot"},
        "count": {"output_mode": "count"},
        "tf-idf": {"output_mode": "tf_idf"},
        "count-padded": {"output_mode": "count", "max_tokens": 30, "pad_to_max_tokens": True},
        "lower-only": {"standardize": "lower", "output_sequence_length": 6},
        "strip-punctuation": {"standardize": "strip_punctuation", "output_sequence_length": 6},
    }.items():
        vectorization = layers.TextVectorization(**options)
        vectorization.adapt(SENTENCES[:6])
        add(cases, f"text-vectorization-{name}", vectorization, sentences)
    vectorization = layers.TextVectorization(output_sequence_length=8)
    vectorization.adapt(SENTENCES)
    keras.utils.set_random_seed(3)
    add(cases, "text-classifier", lambda x: layers.Dense(1, activation="sigmoid")(layers.GlobalAveragePooling1D()(layers.Embedding(40, 8)(vectorization(x)))), sentences)
    add(cases, "text-lstm", lambda x: layers.Dense(2)(layers.LSTM(5)(layers.Embedding(40, 8, mask_zero=True)(vectorization(x)))), sentences[:2])
    for name, options in {"int": {"output_sequence_length": 5}, "multi-hot": {"output_mode": "multi_hot"}, "tf-idf": {"output_mode": "tf_idf"}}.items():
        older = tf_keras.layers.TextVectorization(**options)
        older.adapt(SENTENCES[:6])
        model = tf_keras.Sequential([tf_keras.Input((1,), name="x", dtype="string"), older])
        cases.saved(f"keras2-text-vectorization-{name}", lambda path, m=model: m.save(path, save_format="tf"), {"x": sentences})
    hashing = tf_keras.Sequential([tf_keras.Input((2,), name="x", dtype="string"), tf_keras.layers.Hashing(13), tf_keras.layers.CategoryEncoding(13, output_mode="count")])
    cases.saved("keras2-hashing", lambda path: hashing.save(path, save_format="tf"), {"x": np.repeat(words, 2, axis=1)})
    function(cases, "texts-stripped-joined", lambda x: tf.strings.join([tf.strings.strip(x), tf.strings.upper(x)], "/"), sentences)
    function(cases, "texts-replaced", lambda x: tf.strings.regex_replace(x, "(\\w+) (\\w+)", "\\2 \\1"), sentences)
    function(cases, "texts-replaced-then-numbers", lambda x: tf.strings.to_number(tf.strings.regex_replace(x, "[^0-9.]", "")), np.array([["EUR 12.50"], ["7 km"], ["1"]]))
    function(cases, "texts-crossed", lambda x: tf.one_hot(tf.strings.to_hash_bucket_fast(tf.strings.join([x[:, 0:1], x[:, 0:1]], "_x_"), 9), 9), words)
    function(cases, "texts-split-dense", lambda x: tf.strings.split(x[:, 0], ",").to_tensor("-", shape=[None, 3]), np.array([["a,b"], ["c"], ["d,e,f,g"], [""]]))
    first_graph(cases)


def add(cases, name, build, data):
    keras.utils.set_random_seed(3)
    kind = "string" if data.dtype.kind == "U" else str(data.dtype)
    x = keras.Input(data.shape[1:], name="x", dtype=kind)
    model = keras.Model(x, build(x))
    cases.saved(name, lambda path: model.export(path, verbose=False), {"x": data}, signature="serving_default")


def function(cases, name, compute, data):
    module = tf.Module()
    kind = tf.string if data.dtype.kind in "UO" else tf.as_dtype(data.dtype)
    module.answer = tf.function(lambda x: {"y": compute(x)}, input_signature=[tf.TensorSpec((None, *data.shape[1:]), kind, name="x")])
    cases.saved(name, lambda path: tf.saved_model.save(module, path, signatures=module.answer), {"x": data})


def first_graph(cases):
    """A frozen graph of TensorFlow 1 that splits texts and hashes the parts."""
    graph = tf.Graph()
    with graph.as_default():
        x = tf.compat.v1.placeholder(tf.string, [None], name="x")
        tf.compat.v1.string_to_hash_bucket_fast(x, 9, name="fast")
        tf.strings.to_hash_bucket_strong(x, 21, [1, 2], name="strong")
        parts = tf.compat.v1.string_split(x, " ,")
        places = tf.stack([parts.indices[:, 0], parts.indices[:, 1]], axis=1)
        shape = tf.stack([tf.shape(x, out_type=tf.int64)[0], 4])
        tf.compat.v1.sparse_to_dense(places, shape, tf.strings.to_hash_bucket_fast(parts.values, 50), default_value=-1, name="parts")
    data = np.array(["a b,c", "d", "e f", ",g "], dtype=object)
    cases.frozen("tf1-hashes", graph.as_graph_def(), {"x": data}, ["fast", "strong", "parts"], metadata={"graph_outputs": "fast,strong,parts"})
