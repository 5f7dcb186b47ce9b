"""Models of Keras 2 (tf_keras), saved as it saved them."""

import numpy as np
import tf_keras as keras
from tf_keras import layers


def make(cases):
    add(cases, "keras2-dense", [layers.Dense(8, activation="relu"), layers.Dropout(0.2), layers.BatchNormalization(), layers.Dense(3, activation="softmax")], (5,))
    add(cases, "keras2-layer-normalization", [layers.Dense(8), layers.LayerNormalization(), layers.Dense(2)], (5,))
    add(cases, "keras2-conv2d", [layers.Conv2D(4, 3, padding="same", activation="relu"), layers.BatchNormalization(), layers.MaxPooling2D(), layers.Flatten(), layers.Dense(2)], (8, 8, 3))
    add(cases, "keras2-conv2d-transposed", [layers.Conv2DTranspose(3, 3, strides=2, padding="same")], (4, 4, 2))
    add(cases, "keras2-conv1d-dilated", [layers.Conv1D(4, 3, dilation_rate=2, padding="causal"), layers.GlobalMaxPooling1D()], (10, 3))
    add(cases, "keras2-lstm", [layers.LSTM(6), layers.Dense(2)], (7, 3))
    add(cases, "keras2-lstm-unrolled", [layers.LSTM(6, unroll=True), layers.Dense(2)], (7, 3))
    add(cases, "keras2-gru-sequences", [layers.GRU(4, return_sequences=True)], (7, 3))
    add(cases, "keras2-bidirectional", [layers.Bidirectional(layers.LSTM(4, return_sequences=True)), layers.SimpleRNN(3)], (7, 3))
    tokens = cases.random.integers(0, 20, size=(12, 7)).astype(np.float32)
    add(cases, "keras2-embedding-masked", [layers.Embedding(20, 4, mask_zero=True), layers.LSTM(5), layers.Dense(2)], (7,), tokens)
    words = np.array([[["red", "green", "blue", "pink"][i % 4]] for i in range(12)])
    add(cases, "keras2-string-lookup", [layers.StringLookup(vocabulary=["green", "blue", "red"], output_mode="one_hot")], (1,), words, "string")
    codes = cases.random.integers(0, 5, size=(12, 3)).astype(np.int64)
    add(cases, "keras2-category-encoding", [layers.CategoryEncoding(5, output_mode="multi_hot"), layers.Dense(2)], (3,), codes, "int64")
    adapted = layers.Normalization()
    adapted.adapt(cases.normal(50, 3) * 3 + 1)
    add(cases, "keras2-normalization", [adapted, layers.Dense(2)], (3,))
    add(cases, "keras2-discretization", [layers.Discretization([-1.0, 0.0, 0.5])], (3,))


def add(cases, name, stack, shape, data=None, dtype="float32"):
    keras.utils.set_random_seed(4)
    model = keras.Sequential([keras.Input(shape, name="x", dtype=dtype), *stack])
    cases.saved(name, lambda path: model.save(path, save_format="tf"), {"x": cases.normal(12, *shape) if data is None else data})
