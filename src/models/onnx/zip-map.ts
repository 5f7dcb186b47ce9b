import { GRAPH, MODEL, NODE, OPSET, SHAPE, TENSOR_TYPE, TYPE, VALUE_INFO } from './onnx-fields.ts'
import { type OnnxGraph, textOf } from './onnx-graph.ts'
import type { ZipMap } from './operator-scan.ts'
import { ProtobufReader } from './protobuf-reader.ts'
import { bytesField, message, varintField } from './protobuf-writer.ts'

const FLOAT = 1
/** The opset in which Identity got its last change that matters for a float tensor. */
const IDENTITY_OPSET = 13

/**
 * The model with each ZipMap replaced by Identity, so that the probabilities come as a tensor of rows by classes: ONNX Runtime for
 * Node gives tensors only, and a map per row would be slow. The same bytes where there is none (ai.onnx.ml, ZipMap).
 */
export function withoutZipMaps(bytes: Uint8Array, graph: OnnxGraph): Uint8Array {
  if (graph.zipMaps.length === 0) return bytes
  const fields: Uint8Array[] = []
  const reader = new ProtobufReader(bytes)
  while (reader.next()) {
    fields.push(reader.isBytes(MODEL.graph) ? bytesField(MODEL.graph, rewriteGraph(reader.bytes, graph.zipMaps)) : reader.raw)
  }
  if (!graph.importsDefaultDomain) fields.push(bytesField(MODEL.opsetImport, varintField(OPSET.version, IDENTITY_OPSET)))
  return message(...fields)
}

function rewriteGraph(bytes: Uint8Array, zipMaps: readonly ZipMap[]): Uint8Array {
  const outputs = new Set(zipMaps.map((zipMap) => zipMap.output))
  const fields: Uint8Array[] = []
  const reader = new ProtobufReader(bytes)
  while (reader.next()) {
    if (reader.isBytes(GRAPH.node) && textOf(reader.bytes, NODE.operator) === 'ZipMap') {
      const input = bytesField(NODE.input, textOf(reader.bytes, NODE.input))
      const output = bytesField(NODE.output, textOf(reader.bytes, NODE.output))
      fields.push(bytesField(GRAPH.node, message(input, output, bytesField(NODE.operator, 'Identity'))))
    } else if (reader.isBytes(GRAPH.output) && outputs.has(textOf(reader.bytes, VALUE_INFO.name))) {
      fields.push(bytesField(GRAPH.output, matrixInfo(textOf(reader.bytes, VALUE_INFO.name))))
    } else fields.push(reader.raw)
  }
  return message(...fields)
}

/** The declaration of a float tensor of two dimensions of any size. */
function matrixInfo(name: string): Uint8Array {
  const anySize = bytesField(SHAPE.dimension, new Uint8Array(0))
  const tensor = message(varintField(TENSOR_TYPE.elementType, FLOAT), bytesField(TENSOR_TYPE.shape, message(anySize, anySize)))
  return message(bytesField(VALUE_INFO.name, name), bytesField(VALUE_INFO.type, bytesField(TYPE.tensor, tensor)))
}
