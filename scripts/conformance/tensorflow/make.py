"""Makes the cases of `npm run conformance -- tensorflow`: make.py <folder> <tutorial or -> [part …]."""

import importlib
import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
folder, tutorial, *parts = sys.argv[1:]
os.makedirs(folder, exist_ok=True)
cases = importlib.import_module("cases").Cases(folder)
if tutorial != "-" and not parts:
    importlib.import_module("tutorial_cases").make(cases, tutorial)
for part in parts or ["graph", "keras", "more_keras", "keras2", "text"]:
    importlib.import_module(f"{part}_cases").make(cases)
    print(f"{part}: {len(cases.index)} cases so far", flush=True)
cases.done()
