"""CPU ns a record of LightGBM's own predict: lightgbm_peer.py <packages> <shared/bench> <repeats>. Prints JSON."""

import json
import sys
import time

packages, folder, repeats = sys.argv[1:]
sys.path.insert(0, packages)

import lightgbm as lgb  # noqa: E402
import numpy as np  # noqa: E402

booster = lgb.Booster(model_file=f"{folder}/forest.lightgbm.txt", params={"num_threads": 1})
inputs = np.fromfile(f"{folder}/forest-inputs.f32", np.float32).reshape(-1, 11).astype(float)
expected = np.fromfile(f"{folder}/forest-expected.f64")
costs = {1: [], 256: []}
for repeat in range(int(repeats) + 1):
    for batch, count in ((1, 500), (256, len(inputs))):
        before = time.process_time_ns()
        scores = [booster.predict(inputs[i : i + batch], num_threads=1) for i in range(0, count, batch)]
        used = time.process_time_ns() - before
        if not np.allclose(np.concatenate(scores)[:count], expected[:count], rtol=1e-12, atol=0):
            raise SystemExit("LightGBM answers otherwise than what was recorded")
        if repeat > 0:
            costs[batch].append(used / count)
print(json.dumps({batch: float(np.median(values)) for batch, values in costs.items()}))
