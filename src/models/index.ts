import type { Runtime } from '../core/model.ts'
import type { ModelDefinition } from './function/define-model.ts'
import { createFunctionRuntime } from './function/function-runtime.ts'
import { createCatBoostRuntime } from './catboost/catboost-runtime.ts'
import { createLightGbmRuntime } from './lightgbm/lightgbm-runtime.ts'
import { createOnnxRuntime } from './onnx/onnx-runtime.ts'
import { createPfaRuntime } from './pfa/runtime.ts'
import { withTransforms } from './pfa/transform/with-transforms.ts'
import { createPmmlRuntime } from './pmml/runtime.ts'
import { createTensorFlowRuntime } from './tensorflow/tensorflow-runtime.ts'
import { createXgBoostRuntime } from './xgboost/xgboost-runtime.ts'

export interface RuntimeOptions {
  /** Models in code that are linked into this program. */
  readonly definitions: readonly ModelDefinition[]
  readonly loadTimeoutMs: number
}

/** The runtimes of all formats that are supported, one each. A new format is a folder here and a line in this list. */
export function createRuntimes({ definitions, loadTimeoutMs }: RuntimeOptions): Runtime[] {
  const onnx = createOnnxRuntime({ loadTimeoutMs })
  const runtimes = [
    createPmmlRuntime(),
    createPfaRuntime(),
    onnx,
    createTensorFlowRuntime('tensorflow', onnx, { loadTimeoutMs }),
    createTensorFlowRuntime('tensorflow-saved', onnx, { loadTimeoutMs }),
    createLightGbmRuntime(),
    createXgBoostRuntime(),
    createCatBoostRuntime(),
    createFunctionRuntime(definitions),
  ]
  return runtimes.map((runtime) => withTransforms(runtime))
}
