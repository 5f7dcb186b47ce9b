"""Larger and rarer models of Keras 3."""

import keras
import numpy as np
from keras import layers, ops

import tensorflow as tf
from keras_cases import add, export


def make(cases):
    layer_cases(cases)
    operation_cases(cases)
    network_cases(cases)
    saved_directly(cases)


def layer_cases(cases):
    sequence, picture = (7, 3), (8, 8, 3)
    cells = lambda: [layers.LSTMCell(4), layers.GRUCell(3)]
    add(cases, "stacked-cells", lambda x: layers.RNN(cells())(x), sequence)
    add(cases, "masking-gru", lambda x: layers.GRU(4)(layers.Masking()(x)), sequence)
    add(cases, "bidirectional-gru-loop", lambda x: layers.Bidirectional(layers.GRU(4), merge_mode="sum")(x), sequence)
    add(cases, "conv-lstm", lambda x: layers.ConvLSTM1D(3, 3)(x), (4, 6, 2), rows=5)
    add(cases, "dot-attention", lambda x: layers.Attention(use_scale=True)([x, x]), sequence)
    add(cases, "additive-attention", lambda x: layers.AdditiveAttention()([x, x]), sequence)
    add(cases, "merging", lambda x: layers.Concatenate()([layers.Multiply()([x, x]), layers.Average()([x, x]), layers.Maximum()([x, -x]), layers.Dot(1)([x, x])]), (5,))
    add(cases, "noise-at-rest", lambda x: layers.AlphaDropout(0.3)(layers.GaussianNoise(0.5)(layers.GaussianDropout(0.5)(x))), (5,))
    add(cases, "relu-bounded", lambda x: layers.ReLU(max_value=1.0, negative_slope=0.1, threshold=0.2)(x), (5,))
    add(cases, "upsampling1d", lambda x: layers.UpSampling1D(3)(x), sequence)
    add(cases, "conv3d-transposed", lambda x: layers.Conv3DTranspose(2, 2, strides=2)(x), (3, 3, 3, 2), rows=3)
    add(cases, "cropping1d-padding1d", lambda x: layers.Cropping1D((1, 2))(layers.ZeroPadding1D((2, 1))(x)), sequence)
    add(cases, "global-pooling1d", lambda x: layers.Concatenate()([layers.GlobalMaxPooling1D()(x), layers.GlobalAveragePooling1D()(x)]), sequence)
    add(cases, "rms-normalization", lambda x: layers.RMSNormalization()(layers.Dense(4)(x)), (5,))
    add(cases, "spectral-normalization", lambda x: layers.SpectralNormalization(layers.Dense(4))(x), (5,))
    add(cases, "center-crop", lambda x: layers.CenterCrop(4, 5)(x), picture)
    add(cases, "depthwise-conv1d", lambda x: layers.DepthwiseConv1D(3, depth_multiplier=2)(x), sequence)
    add(cases, "separable-conv1d", lambda x: layers.SeparableConv1D(4, 3)(x), sequence)
    add(cases, "flatten-reshape", lambda x: layers.Reshape((3, -1))(layers.Flatten()(x)), sequence)
    add(cases, "softmax-axis", lambda x: layers.Softmax(axis=1)(x), sequence)
    add(cases, "grouped-query-attention", lambda x: layers.GroupQueryAttention(4, 4, 2)(x, x), (6, 8))


def operation_cases(cases):
    add(cases, "operations-elementwise", lambda x: ops.concatenate([ops.sin(x), ops.exp(-x), ops.log(ops.abs(x) + 1), ops.sqrt(ops.abs(x)), ops.minimum(x, 0.3), ops.square(x), ops.arctan2(x, x + 0.1), ops.sinh(x), ops.floor(x), x // 0.3, x % 0.7], axis=1), (4,))
    add(cases, "operations-reductions", lambda x: ops.stack([ops.sum(x, 1), ops.mean(x, 1), ops.var(x, 1), ops.std(x, 1), ops.max(x, 1), ops.prod(x, 1), ops.logsumexp(x, 1), ops.norm(x, axis=1)], axis=1), (4,))
    add(cases, "operations-order", lambda x: ops.concatenate([ops.flip(x, 1), ops.roll(x, 2, 1), ops.cumsum(x, 1), ops.take(x, [2, 0], 1), ops.repeat(x, 2, 1), ops.where(x > 0, x, -x), ops.clip(x, -1, 1)], axis=1), (4,))
    add(cases, "operations-sorted", lambda x: ops.sort(x, axis=-1), (6,))
    add(cases, "operations-matrix", lambda x: ops.matmul(x, ops.transpose(x, (0, 2, 1))), (3, 4))


def network_cases(cases):
    applications = keras.applications
    for build, name in [(applications.MobileNetV2, "mobilenet-v2"), (applications.EfficientNetB0, "efficientnet-b0"), (applications.ResNet50V2, "resnet50-v2"), (applications.DenseNet121, "densenet121")]:
        keras.utils.set_random_seed(11)
        model = build(weights=None, input_shape=(32, 32, 3), classes=5)
        kernel = model.layers[-1].kernel
        kernel.assign(cases.normal(*kernel.shape) * 3)
        cases.saved(name, export(model), {model.inputs[0].name: np.abs(cases.normal(2, 32, 32, 3))})


def saved_directly(cases):
    """tf.saved_model.save of a Keras model, without its own export."""
    keras.utils.set_random_seed(2)
    model = keras.Sequential([keras.Input((4,), name="x"), layers.Dense(6, activation="relu"), layers.BatchNormalization(), layers.Dense(1)])
    cases.saved("keras-saved-directly", lambda path: tf.saved_model.save(model, path), {"inputs": cases.normal(10, 4)}, version=2)
