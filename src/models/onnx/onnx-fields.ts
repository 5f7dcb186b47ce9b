/** Field numbers of the ONNX messages that are read here (onnx.proto3, IR version 13). */
export const MODEL = { graph: 7, opsetImport: 8, metadata: 14, trainingInfo: 20, functions: 25 } as const
export const OPSET = { domain: 1, version: 2 } as const
export const METADATA = { key: 1, value: 2 } as const
export const FUNCTION = { node: 7, domain: 10, attribute: 11 } as const
export const TRAINING = { initialization: 1, algorithm: 2 } as const
export const GRAPH = { node: 1, initializer: 5, input: 11, output: 12, sparseInitializer: 15 } as const
export const NODE = { input: 1, output: 2, operator: 4, attribute: 5, domain: 7 } as const
export const ATTRIBUTE = {
  name: 1,
  tensor: 5,
  graph: 6,
  ints: 8,
  strings: 9,
  tensors: 10,
  graphs: 11,
  sparseTensor: 22,
  sparseTensors: 23,
} as const
export const TENSOR = { name: 8, externalData: 13, dataLocation: 14 } as const
export const SPARSE_TENSOR = { values: 1, indices: 2 } as const
export const VALUE_INFO = { name: 1, type: 2 } as const
export const TYPE = { tensor: 1, sequence: 4, map: 5, sparseTensor: 8, optional: 9 } as const
export const TENSOR_TYPE = { elementType: 1, shape: 2 } as const
export const SHAPE = { dimension: 1 } as const
export const DIMENSION = { value: 1 } as const
