"""Makes the cases of `npm run conformance -- trees`: make.py <packages> <folder> [library …]."""

import importlib
import os
import sys
import warnings

warnings.filterwarnings("ignore")
packages, folder, *libraries = sys.argv[1:]
sys.path.insert(0, packages)
cases_module = importlib.import_module("cases")
os.makedirs(folder, exist_ok=True)
cases = cases_module.Cases(folder)
for library in libraries or ["lightgbm", "xgboost", "catboost", "sklearn"]:
    importlib.import_module(f"{library}_cases").make(cases)
    print(f"{library}: {len(cases.index)} cases so far", flush=True)
cases.done()
