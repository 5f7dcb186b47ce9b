import { SluiceError } from '../../core/errors.ts'
import type { TensorFlowLibraries } from './libraries.ts'

/** An address in native memory. */
export type Address = bigint

/** The functions of TensorFlow's C API (tensorflow/c/c_api.h) that are called here, and of the C library. */
export interface CApi {
  TF_Version(): string
  TF_NewStatus(): Address
  TF_DeleteStatus(status: Address): void
  TF_GetCode(status: Address): number
  TF_Message(status: Address): string
  TF_NewGraph(): Address
  TF_DeleteGraph(graph: Address): void
  TF_NewImportGraphDefOptions(): Address
  TF_DeleteImportGraphDefOptions(options: Address): void
  TF_NewBufferFromString(bytes: Uint8Array, length: number): Address
  TF_DeleteBuffer(buffer: Address): void
  TF_GraphImportGraphDef(graph: Address, definition: Address, options: Address, status: Address): void
  TF_GraphOperationByName(graph: Address, name: string): Address | null
  TF_OperationNumOutputs(operation: Address): number
  TF_OperationOutputType(output: { readonly operation: Address; readonly index: number }): number
  TF_NewSessionOptions(): Address
  TF_DeleteSessionOptions(options: Address): void
  TF_SetConfig(options: Address, config: Uint8Array, length: number, status: Address): void
  TF_NewSession(graph: Address, options: Address, status: Address): Address
  TF_LoadSessionFromSavedModel(
    options: Address,
    runOptions: null,
    folder: string,
    tags: readonly string[],
    tagCount: number,
    graph: Address,
    metaGraph: null,
    status: Address,
  ): Address
  TF_CloseSession(session: Address, status: Address): void
  TF_DeleteSession(session: Address, status: Address): void
  TF_SessionRun(
    session: Address,
    options: null,
    inputs: Uint8Array,
    inputValues: BigUint64Array,
    inputCount: number,
    outputs: Uint8Array,
    outputValues: BigUint64Array,
    outputCount: number,
    targets: null,
    targetCount: number,
    runMetadata: null,
    status: Address,
  ): void
  TF_AllocateTensor(type: number, sizes: BigInt64Array, dimensions: number, length: number): Address | null
  TF_DeleteTensor(tensor: Address): void
  TF_TensorType(tensor: Address): number
  TF_NumDims(tensor: Address): number
  TF_Dim(tensor: Address, index: number): bigint | number
  TF_TensorByteSize(tensor: Address): bigint | number
  TF_TensorData(tensor: Address): Address
  TF_StringInit(text: Address): void
  TF_StringCopy(text: Address, bytes: Uint8Array, length: number): void
  TF_StringGetDataPointer(text: Address): Address
  TF_StringGetSize(text: Address): bigint | number
  TF_StringDealloc(text: Address): void
  /** Copies from JavaScript's memory to native memory. */
  copyOut(to: Address, from: Uint8Array, length: number): void
  /** Copies from native memory to JavaScript's. */
  copyIn(to: Uint8Array, from: Address, length: number): void
}

const FRAMEWORK = [
  'void *TF_NewStatus()',
  'void TF_DeleteStatus(void *)',
  'int TF_GetCode(void *)',
  'const char *TF_Message(void *)',
  'void *TF_AllocateTensor(int, int64_t *, int, size_t)',
  'void TF_DeleteTensor(void *)',
  'int TF_TensorType(void *)',
  'int TF_NumDims(void *)',
  'int64_t TF_Dim(void *, int)',
  'size_t TF_TensorByteSize(void *)',
  'void *TF_TensorData(void *)',
]

const API = [
  'const char *TF_Version()',
  'void *TF_NewGraph()',
  'void TF_DeleteGraph(void *)',
  'void *TF_NewImportGraphDefOptions()',
  'void TF_DeleteImportGraphDefOptions(void *)',
  'void *TF_NewBufferFromString(void *, size_t)',
  'void TF_DeleteBuffer(void *)',
  'void TF_GraphImportGraphDef(void *, void *, void *, void *)',
  'void *TF_GraphOperationByName(void *, const char *)',
  'int TF_OperationNumOutputs(void *)',
  'int TF_OperationOutputType(SluiceTensorFlowOutput)',
  'void *TF_NewSessionOptions()',
  'void TF_DeleteSessionOptions(void *)',
  'void TF_SetConfig(void *, void *, size_t, void *)',
  'void *TF_NewSession(void *, void *, void *)',
  'void *TF_LoadSessionFromSavedModel(void *, void *, const char *, const char **, int, void *, void *, void *)',
  'void TF_CloseSession(void *, void *)',
  'void TF_DeleteSession(void *, void *)',
  'void TF_SessionRun(void *, void *, void *, void *, int, void *, void *, int, void *, int, void *, void *)',
  'void TF_StringInit(void *)',
  'void TF_StringCopy(void *, void *, size_t)',
  'void *TF_StringGetDataPointer(void *)',
  'size_t TF_StringGetSize(void *)',
  'void TF_StringDealloc(void *)',
]

/** RTLD_NOW, RTLD_GLOBAL and, on Linux, RTLD_NODELETE: TensorFlow has threads that outlive the thread which loaded it. */
const OPEN_FOR_GOOD = process.platform === 'darwin' ? 0x8a : 0x1102

/**
 * Loads TensorFlow into this process and gives its functions, bound in this thread; where another thread has loaded it, it is that one.
 * Throws `model.runtime.failed` where koffi, which is an optional dependency, or a library can't be loaded.
 */
export async function loadCApi({ framework, api }: TensorFlowLibraries): Promise<CApi> {
  try {
    const { default: koffi } = await import('koffi')
    const c = koffi.load(null)
    // Before it loads, TensorFlow reads what to print and how to compute from the process's environment. What is set there, stays.
    const setEnvironment = c.func('int setenv(const char *, const char *, int)')
    setEnvironment('TF_CPP_MIN_LOG_LEVEL', '3', 0)
    setEnvironment('TF_ENABLE_ONEDNN_OPTS', '0', 0)
    const open = c.func('void *dlopen(const char *, int)')
    const whyNot = c.func('const char *dlerror()')
    for (const file of [framework, api]) if (!open(file, OPEN_FOR_GOOD)) throw new Error(String(whyNot()))
    koffi.struct('SluiceTensorFlowOutput', { operation: 'void *', index: 'int' })
    const bound: Record<string, unknown> = {
      copyOut: c.func('void *memcpy(void *, void *, size_t)'),
      copyIn: c.func('void *memcpy(void *, void *, size_t)'),
    }
    for (const [file, prototypes] of [[framework, FRAMEWORK] as const, [api, API] as const]) {
      const library = koffi.load(file)
      for (const prototype of prototypes) bound[/\w+(?=\()/.exec(prototype)![0]] = library.func(prototype)
    }
    return bound as unknown as CApi
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new SluiceError('model.runtime.failed', `TensorFlow can't be loaded from ${api}: ${reason}`, { cause })
  }
}

/** Calls with a status that the function sets. Throws what TensorFlow says where it is not OK. */
export function checked<T>(c: CApi, call: (status: Address) => T): T {
  const status = c.TF_NewStatus()
  try {
    const result = call(status)
    const code = c.TF_GetCode(status)
    if (code === 0) return result
    throw new TensorFlowError(code, c.TF_Message(status))
  } finally {
    c.TF_DeleteStatus(status)
  }
}

/** What TensorFlow says has failed, with its code (TF_Code). */
export class TensorFlowError extends Error {
  readonly code: number

  constructor(code: number, message: string) {
    super(message.length > 2000 ? `${message.slice(0, 2000)}…` : message)
    this.name = 'TensorFlowError'
    this.code = code
  }
}
