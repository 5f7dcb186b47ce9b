"""The shared forest in ONNX Runtime on wine records in protobuf (105 bytes), one at a time or many at once."""

import struct

import numpy as np
import onnxruntime

FEATURES = 11
# Eleven times a tag and a double, then the data type.
ROW = struct.Struct("<" + "xd" * FEATURES)
ROWS = np.dtype([(f"{kind}{i}", type_) for i in range(FEATURES) for kind, type_ in (("tag", "u1"), ("value", "<f8"))] + [("type", "S6")])
ANSWER = struct.Struct("<d")


class Forest:
    def __init__(self, path: str) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])

    def answer(self, value: bytes) -> bytes:
        row = np.array([ROW.unpack_from(value)], np.float32)
        return ANSWER.pack(self._session.run(None, {"input": row})[0][0, 0])

    def answers(self, values: list[bytes]) -> list[bytes]:
        records = np.frombuffer(b"".join(values), ROWS)
        rows = np.empty((len(values), FEATURES), np.float32)
        for i in range(FEATURES):
            rows[:, i] = records[f"value{i}"]
        scores = self._session.run(None, {"input": rows})[0][:, 0]
        return [ANSWER.pack(score) for score in scores]
