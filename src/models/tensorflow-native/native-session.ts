import type { Tensor } from 'onnxruntime-node'
import { SluiceError } from '../../core/errors.ts'
import type { TensorSession } from '../onnx/run.ts'
import type { ValueInfo } from '../onnx/onnx-graph.ts'
import { DATA_TYPES, dataTypeOf } from '../tensorflow/data-types.ts'
import { graphRef } from '../tensorflow/graph/node-ref.ts'
import type { Signature, SignatureTensor } from '../tensorflow/proto/read-saved-model.ts'
import { type Address, type CApi, checked } from './c-api.ts'
import { deleteTensor, fromNative, toNative } from './native-tensors.ts'

/** A session of TensorFlow in this thread, with what it takes and gives as ONNX says it. */
export interface NativeSession extends TensorSession {
  readonly inputs: readonly ValueInfo[]
  readonly outputs: readonly ValueInfo[]
  /** The session with these of its outputs only. */
  only(names: readonly string[]): TensorSession
  release(): void
}

/** Where the graph of a session comes from: a GraphDef, or the folder of a saved model and the tags of its graph. */
export type NativeSource = { readonly definition: Uint8Array } | { readonly folder: string; readonly tags: readonly string[] }

/** ConfigProto: one thread within and between ops, as the worker threads are the parallelism. */
const CONFIG = Uint8Array.of(0x10, 1, 0x28, 1)

/** Makes a session. Throws `model.malformed` with what TensorFlow says where it refuses the graph. */
export function openNativeSession(c: CApi, source: NativeSource, signature: Signature): NativeSession {
  const graph = c.TF_NewGraph()
  const options = c.TF_NewSessionOptions()
  let session: Address
  try {
    checked(c, (status) => c.TF_SetConfig(options, CONFIG, CONFIG.length, status))
    if ('folder' in source) {
      const { folder, tags } = source
      session = checked(c, (status) => c.TF_LoadSessionFromSavedModel(options, null, folder, tags, tags.length, graph, null, status))
    } else {
      importGraph(c, graph, source.definition)
      session = checked(c, (status) => c.TF_NewSession(graph, options, status))
    }
  } catch (cause) {
    c.TF_DeleteGraph(graph)
    throw new SluiceError('model.malformed', `TensorFlow refuses the model: ${(cause as Error).message}`, { cause })
  } finally {
    c.TF_DeleteSessionOptions(options)
  }
  const release = (): void => {
    checked(c, (status) => c.TF_CloseSession(session, status))
    checked(c, (status) => c.TF_DeleteSession(session, status))
    c.TF_DeleteGraph(graph)
  }
  try {
    const inputs = signature.inputs.map((one) => endOf(c, graph, one))
    const outputs = signature.outputs.map((one) => endOf(c, graph, one))
    const only = (names: readonly string[]): TensorSession => {
      const fetched = outputs.filter(({ info }) => names.includes(info.name))
      return {
        outputNames: fetched.map(({ info }) => info.name),
        outputMetadata: fetched.map(({ info, type }) => ({ name: info.name, isTensor: true, type })),
        run: async (feeds) => runSession(c, session, { inputs, outputs: fetched }, feeds),
      }
    }
    const all = outputs.map(({ info }) => info)
    return { ...only(all.map((info) => info.name)), inputs: inputs.map(({ info }) => info), outputs: all, only, release }
  } catch (error) {
    release()
    throw error
  }
}

function importGraph(c: CApi, graph: Address, definition: Uint8Array): void {
  const buffer = c.TF_NewBufferFromString(definition, definition.length)
  const options = c.TF_NewImportGraphDefOptions()
  try {
    checked(c, (status) => c.TF_GraphImportGraphDef(graph, buffer, options, status))
  } finally {
    c.TF_DeleteImportGraphDefOptions(options)
    c.TF_DeleteBuffer(buffer)
  }
}

interface End {
  readonly info: ValueInfo
  readonly type: string
  readonly operation: Address
  readonly index: number
}

function endOf(c: CApi, graph: Address, { key, ref, type, shape }: SignatureTensor): End {
  const { name, index } = graphRef(ref)
  const operation = c.TF_GraphOperationByName(graph, name)
  const place = index ?? 0
  if (operation === null || place >= c.TF_OperationNumOutputs(operation))
    throw new SluiceError('model.malformed', `'${key}' of the signature is '${ref}', which the graph lacks`)
  const element = dataTypeOf(type === 0 ? c.TF_OperationOutputType({ operation, index: place }) : type, `'${key}'`)
  return { info: { name: key, kind: 'tensor', elementType: DATA_TYPES[element].onnx, shape }, type: element, operation, index: place }
}

interface Ends {
  readonly inputs: readonly End[]
  readonly outputs: readonly End[]
}

function runSession(c: CApi, session: Address, { inputs, outputs }: Ends, feeds: Readonly<Record<string, Tensor>>): Record<string, Tensor> {
  const given: Address[] = []
  const answers = new BigUint64Array(outputs.length)
  try {
    for (const { info } of inputs) given.push(toNative(c, feeds[info.name]!))
    const values = BigUint64Array.from(given)
    checked(c, (status) =>
      c.TF_SessionRun(
        session,
        null,
        endsIn(inputs),
        values,
        inputs.length,
        endsIn(outputs),
        answers,
        outputs.length,
        null,
        0,
        null,
        status,
      ),
    )
    return Object.fromEntries(outputs.map(({ info }, i) => [info.name, fromNative(c, answers[i]!)]))
  } finally {
    for (const tensor of given) deleteTensor(c, tensor)
    for (const tensor of answers) if (tensor !== 0n) c.TF_DeleteTensor(tensor)
  }
}

/** An array of TF_Output: pairs of an address and a 32-bit number, in 16 bytes each. */
function endsIn(ends: readonly End[]): Uint8Array {
  const bytes = new Uint8Array(ends.length * 16)
  const view = new DataView(bytes.buffer)
  for (const [i, { operation, index }] of ends.entries()) {
    view.setBigUint64(i * 16, operation, true)
    view.setInt32(i * 16 + 8, index, true)
  }
  return bytes
}
