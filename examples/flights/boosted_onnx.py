"""A LightGBM classifier as an ONNX graph that takes each feature as an input of its own, texts as texts."""

import numpy as np
import onnx
from onnx import TensorProto, helper
from onnxmltools import convert_lightgbm
from onnxmltools.convert.common.data_types import FloatTensorType

OPSETS = [helper.make_opsetid("", 15), helper.make_opsetid("ai.onnx.ml", 3)]


def boosted_trees(model, numbers, lookups, description):
    """The bytes of the graph. `lookups`: {text feature: ({category: number}, number for any other)}, in the order after `numbers`.

    Number inputs are float32 [N, 1], NaN where unknown; text inputs are strings [N, 1]. The outputs are those of the converter, its
    ZipMap included: `label`, and `probabilities` as a map per row.
    """
    width = len(numbers) + len(lookups)
    trees = convert_lightgbm(model, initial_types=[("features", FloatTensorType([None, width]))], target_opset=15, zipmap=True)
    inputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [None, 1]) for name in numbers]
    nodes, parts = [], list(numbers)
    for name, (known, other) in lookups.items():
        inputs.append(helper.make_tensor_value_info(name, TensorProto.STRING, [None, 1]))
        parts.append(f"{name}_looked_up")
        texts = sorted(known)
        attributes = {"keys_strings": texts, "values_floats": [float(np.float32(known[t])) for t in texts], "default_float": other}
        nodes.append(helper.make_node("LabelEncoder", [name], [parts[-1]], name=f"look_up_{name}", domain="ai.onnx.ml", **attributes))
    # The converter says one label where there is one a row.
    trees.graph.output[0].type.tensor_type.shape.dim[0].Clear()
    nodes.append(helper.make_node("Concat", parts, ["features"], name="features", axis=1))
    graph = helper.make_graph([*nodes, *trees.graph.node], "late_arrival", inputs, trees.graph.output, trees.graph.initializer)
    joined = helper.make_model(graph, opset_imports=OPSETS, ir_version=8, producer_name="Sluice examples", doc_string=description)
    onnx.checker.check_model(joined)
    return joined.SerializeToString(deterministic=True)
