"""Models of Keras 3, over its layers, exported for serving."""

import keras
import numpy as np
from keras import layers

import tensorflow as tf


def export(model):
    return lambda path: model.export(path, verbose=False)


def add(cases, name, build, shape, dtype=np.float32, rows=20, data=None, tolerance=1e-6):
    keras.utils.set_random_seed(3)
    inputs = keras.Input(shape, name="x", dtype=np.dtype(dtype).name if dtype is not str else "string")
    model = keras.Model(inputs, build(inputs))
    for weight in model.weights:
        if "seed" not in weight.path and weight.dtype == "float32":
            spread = 0.3 if len(weight.shape) > 1 else 0.1
            value = np.random.default_rng(len(weight.path)).normal(size=weight.shape, scale=spread)
            weight.assign(np.abs(value) + 0.5 if "variance" in weight.path else value)
    x = cases.normal(rows, *shape) if data is None else data
    cases.saved(name, export(model), {"x": x}, tolerance=tolerance)


def make(cases):
    dense_cases(cases)
    picture_cases(cases)
    sequence_cases(cases)
    preprocessing_cases(cases)
    composed_cases(cases)


def dense_cases(cases):
    for activation in ["relu", "sigmoid", "tanh", "softmax", "elu", "selu", "softplus", "softsign", "gelu", "swish", "exponential", "hard_sigmoid", "relu6", "leaky_relu", "mish", "log_softmax"]:
        add(cases, f"dense-{activation}", lambda x, a=activation: layers.Dense(4, activation=a)(layers.Dense(8, activation=a)(x)), (5,))
    add(cases, "dense-batch-normalization", lambda x: layers.Dense(3)(layers.BatchNormalization()(layers.Dense(6)(x))), (5,))
    add(cases, "dense-layer-normalization", lambda x: layers.Dense(3)(layers.LayerNormalization()(layers.Dense(6)(x))), (5,))
    add(cases, "dense-unit-normalization", lambda x: layers.UnitNormalization()(layers.Dense(6)(x)), (5,))
    add(cases, "dense-dropout-prelu", lambda x: layers.Dense(2)(layers.PReLU()(layers.Dropout(0.4)(layers.Dense(6)(x)))), (5,))
    add(cases, "dense-einsum", lambda x: layers.EinsumDense("abc,cd->abd", output_shape=(None, 4), bias_axes="d")(x), (3, 5))


def picture_cases(cases):
    shape = (9, 8, 3)
    for padding in ["same", "valid"]:
        add(cases, f"conv2d-{padding}", lambda x, p=padding: layers.Conv2D(4, 3, strides=2, padding=p, activation="relu")(x), shape)
        add(cases, f"conv2d-dilated-{padding}", lambda x, p=padding: layers.Conv2D(4, 3, dilation_rate=2, padding=p)(x), shape)
        add(cases, f"conv2d-depthwise-{padding}", lambda x, p=padding: layers.DepthwiseConv2D(3, depth_multiplier=2, padding=p)(x), shape)
        add(cases, f"conv2d-separable-{padding}", lambda x, p=padding: layers.SeparableConv2D(5, 3, padding=p)(x), shape)
        add(cases, f"conv2d-transposed-{padding}", lambda x, p=padding: layers.Conv2DTranspose(4, 3, strides=2, padding=p)(x), shape, rows=5)
        add(cases, f"conv1d-{padding}", lambda x, p=padding: layers.Conv1D(4, 3, strides=2, padding=p)(x), (12, 3))
        add(cases, f"conv1d-dilated-{padding}", lambda x, p=padding: layers.Conv1D(4, 3, dilation_rate=2, padding=p)(x), (12, 3))
        add(cases, f"conv1d-transposed-{padding}", lambda x, p=padding: layers.Conv1DTranspose(4, 3, strides=2, padding=p)(x), (6, 3))
        add(cases, f"pooling2d-{padding}", lambda x, p=padding: layers.AveragePooling2D(3, 2, padding=p)(layers.MaxPooling2D(2, 1, padding=p)(x)), shape)
        add(cases, f"pooling1d-{padding}", lambda x, p=padding: layers.AveragePooling1D(3, 2, padding=p)(layers.MaxPooling1D(2, 1, padding=p)(x)), (12, 3))
    add(cases, "conv1d-causal", lambda x: layers.Conv1D(4, 3, padding="causal")(x), (12, 3))
    add(cases, "conv2d-grouped", lambda x: layers.Conv2D(6, 3, groups=3)(x), shape)
    add(cases, "conv2d-transposed-output-padding", lambda x: layers.Conv2DTranspose(2, 3, strides=3, padding="same", output_padding=1)(x), (4, 4, 2), rows=5)
    add(cases, "conv3d", lambda x: layers.MaxPooling3D(2)(layers.Conv3D(3, 2)(x)), (5, 5, 5, 2), rows=5)
    add(cases, "global-pooling", lambda x: layers.Concatenate()([layers.GlobalAveragePooling2D()(x), layers.GlobalMaxPooling2D()(x)]), shape)
    add(cases, "padding-cropping", lambda x: layers.Cropping2D(((1, 0), (2, 1)))(layers.ZeroPadding2D(((1, 2), (0, 1)))(x)), shape)
    add(cases, "upsampling-nearest", lambda x: layers.UpSampling2D(2)(x), (4, 4, 2), rows=5)
    add(cases, "upsampling-bilinear", lambda x: layers.UpSampling2D(2, interpolation="bilinear")(x), (4, 4, 2), rows=5)
    add(cases, "picture-batch-normalization", lambda x: layers.BatchNormalization()(layers.Conv2D(4, 3)(x)), shape)
    add(cases, "picture-group-normalization", lambda x: layers.GroupNormalization(2)(layers.Conv2D(4, 3)(x)), shape)
    add(cases, "picture-rescaling-resizing", lambda x: layers.Resizing(5, 6)(layers.Rescaling(1 / 255.0, offset=-0.5)(x)), shape, rows=5)
    add(cases, "picture-residual", residual, (8, 8, 3))


def residual(x):
    y = layers.Conv2D(4, 3, padding="same")(x)
    z = layers.Activation("relu")(layers.BatchNormalization()(layers.Conv2D(4, 3, padding="same")(y)))
    return layers.Dense(3, activation="softmax")(layers.Flatten()(layers.MaxPooling2D()(layers.Add()([y, z]))))


def sequence_cases(cases):
    for layer in [layers.LSTM, layers.GRU, layers.SimpleRNN]:
        kind = layer.__name__.lower()
        for unroll in [True, False]:
            how = "unrolled" if unroll else "loop"
            add(cases, f"{kind}-{how}", lambda x, l=layer, u=unroll: layers.Dense(2)(l(6, unroll=u)(x)), (7, 3))
            add(cases, f"{kind}-sequences-{how}", lambda x, l=layer, u=unroll: l(4, return_sequences=True, unroll=u)(x), (7, 3))
    add(cases, "lstm-bidirectional", lambda x: layers.Bidirectional(layers.LSTM(4, return_sequences=True))(x), (7, 3))
    add(cases, "lstm-stacked", lambda x: layers.LSTM(3)(layers.LSTM(4, return_sequences=True)(x)), (7, 3))
    add(cases, "gru-reset-before", lambda x: layers.GRU(4, reset_after=False, go_backwards=True)(x), (7, 3))
    tokens = cases.random.integers(0, 20, size=(20, 7)).astype(np.int32)
    add(cases, "embedding-average", lambda x: layers.Dense(2)(layers.GlobalAveragePooling1D()(layers.Embedding(20, 5)(x))), (7,), np.int32, data=tokens)
    add(cases, "embedding-lstm", lambda x: layers.Dense(2, activation="softmax")(layers.LSTM(5)(layers.Embedding(20, 4)(x))), (7,), np.int32, data=tokens)
    add(cases, "embedding-masked-lstm", lambda x: layers.LSTM(5)(layers.Embedding(20, 4, mask_zero=True)(x)), (7,), np.int32, data=tokens)
    add(cases, "attention", lambda x: layers.MultiHeadAttention(2, 4)(x, x), (6, 5))
    add(cases, "attention-block", attention_block, (6, 8))
    add(cases, "time-distributed", lambda x: layers.TimeDistributed(layers.Dense(3, activation="tanh"))(x), (4, 5))
    add(cases, "permute-repeat", lambda x: layers.Permute((2, 1))(layers.RepeatVector(3)(layers.Dense(4)(x))), (5,))


def attention_block(x):
    y = layers.LayerNormalization()(x + layers.MultiHeadAttention(2, 4)(x, x))
    z = layers.Dense(8)(layers.Dense(16, activation="gelu")(y))
    return layers.Dense(2)(layers.GlobalAveragePooling1D()(layers.LayerNormalization()(y + z)))


def preprocessing_cases(cases):
    normalization = layers.Normalization(mean=[1.0, 2.0, 3.0], variance=[1.0, 4.0, 9.0])
    cases.saved("normalization", export(keras.Sequential([keras.Input((3,), name="x"), normalization])), {"x": cases.normal(20, 3)})
    add(cases, "discretization", lambda x: layers.Discretization([-1.0, 0.0, 0.5])(x), (2,))
    add(cases, "discretization-one-hot", lambda x: layers.Discretization([-1.0, 0.0, 0.5], output_mode="one_hot")(x), (1,))
    codes = cases.random.integers(0, 5, size=(20, 3)).astype(np.int64)
    for mode in ["multi_hot", "count"]:
        add(cases, f"category-encoding-{mode.replace('_', '-')}", lambda x, m=mode: layers.CategoryEncoding(5, output_mode=m)(x), (3,), np.int64, data=codes)
    add(cases, "category-encoding-one-hot", lambda x: layers.CategoryEncoding(5, output_mode="one_hot")(x), (1,), np.int64, data=codes[:, :1])
    words = np.array([[["red", "green", "blue", "pink"][i % 4]] for i in range(20)])
    for mode in ["int", "one_hot", "multi_hot"]:
        lookup = layers.StringLookup(vocabulary=["green", "blue", "red"], output_mode=mode)
        add(cases, f"string-lookup-{mode.replace('_', '-')}", lookup, (1,), str, data=words)
    numbers = np.array([[[10, 20, 30, 99][i % 4]] for i in range(20)], dtype=np.int64)
    for mode in ["int", "one_hot"]:
        add(cases, f"integer-lookup-{mode.replace('_', '-')}", layers.IntegerLookup(vocabulary=[10, 20, 30], output_mode=mode), (1,), np.int64, data=numbers)
    inverse = layers.StringLookup(vocabulary=["green", "blue", "red"], invert=True)
    add(cases, "string-lookup-inverse", inverse, (1,), np.int64, data=cases.random.integers(0, 4, size=(20, 1)).astype(np.int64))


def composed_cases(cases):
    keras.utils.set_random_seed(5)
    age, city = keras.Input((1,), name="age"), keras.Input((1,), name="city", dtype="string")
    looked_up = layers.Flatten()(layers.Embedding(4, 3)(layers.StringLookup(vocabulary=["Basel", "Bern", "Genf"])(city)))
    joined = layers.Concatenate()([layers.Rescaling(0.01)(age), looked_up])
    hidden = layers.Dense(8, activation="relu")(joined)
    model = keras.Model([age, city], {"risk": layers.Dense(1, activation="sigmoid")(hidden), "amount": layers.Dense(2)(hidden)})
    cities = np.array([[["Basel", "Bern", "Genf", "Ulm"][i % 4]] for i in range(20)])
    ages = cases.random.uniform(18, 90, size=(20, 1)).astype(np.float32)
    cases.saved("two-inputs-two-outputs", lambda path: tf.saved_model.save(served(model), path, signatures=served(model).signature), {"age": ages, "city": cities})
    wide = keras.Sequential([keras.Input((30,), name="x"), *[layers.Dense(200, activation="relu") for _ in range(4)], layers.Dense(10, activation="softmax")])
    cases.saved("wide", export(wide), {"x": cases.normal(50, 30)}, version=3)


def served(model):
    if not hasattr(model, "sluice_served"):
        module = tf.Module()
        module.model = model

        @tf.function(input_signature=[tf.TensorSpec((None, 1), tf.float32, name="age"), tf.TensorSpec((None, 1), tf.string, name="city")])
        def signature(age, city):
            return model({"age": age, "city": city})

        module.signature = signature
        model.sluice_served = module
    return model.sluice_served
