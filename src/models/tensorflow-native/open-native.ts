import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { OnnxGraph } from '../onnx/onnx-graph.ts'
import type { OnnxSession } from '../onnx/onnx-session.ts'
import { readInputs } from '../onnx/input-tensors.ts'
import { readOutputs, zerosOf } from '../onnx/output-tensors.ts'
import { runAll, runOnce, type TensorSession } from '../onnx/run.ts'
import type { InputTensor } from '../onnx/signature.ts'
import { openTensorFlow, type TensorFlowFormat } from '../tensorflow/convert.ts'
import { readMetadata } from '../tensorflow/metadata.ts'
import { type CApi, loadCApi } from './c-api.ts'
import { findLibraries } from './libraries.ts'
import { type NativeSession, openNativeSession } from './native-session.ts'
import { refuseOps } from './refused-ops.ts'

export interface NativeOptions {
  readonly format: TensorFlowFormat
  /** The folder with TensorFlow's libraries. */
  readonly libraries: string | undefined
}

let loading: Promise<CApi> | undefined

/**
 * Makes a session of TensorFlow itself, in this thread, for a frozen graph or a saved model, and runs it once on zeros. The files of a
 * saved model are in a temporary folder while it loads. Throws `model.runtime.failed` where the libraries are not there,
 * `model.malformed` and `model.unsupported`.
 */
export async function openNative(
  { format, libraries }: NativeOptions,
  bytes: Uint8Array,
  metadata: Readonly<Record<string, string>>,
): Promise<OnnxSession> {
  const found = findLibraries(libraries)
  const { graph, signature, saved } = openTensorFlow(format, bytes, metadata)
  refuseOps(graph)
  loading ??= loadCApi(found)
  const c = await loading
  const session =
    saved === undefined
      ? openNativeSession(c, { definition: bytes }, signature)
      : await inFolder(saved.files, (folder) => openNativeSession(c, { folder, tags: saved.meta.tags }, signature))
  try {
    return await sessionOf(session, metadata, saved === undefined && readMetadata(metadata).outputs === undefined)
  } catch (error) {
    session.release()
    throw error
  }
}

async function sessionOf(session: NativeSession, metadata: Readonly<Record<string, string>>, mayDropDead: boolean): Promise<OnnxSession> {
  const graph: OnnxGraph = {
    inputs: session.inputs,
    outputs: session.outputs,
    metadata: {},
    importsDefaultDomain: true,
    operators: new Set(),
    zipMaps: [],
    classLabels: [],
    localDomains: new Set(),
  }
  const inputs = readInputs(graph, metadata)
  const parts = mayDropDead ? await withoutDead(session, inputs.tensors) : session
  const { outputs, oneRow } = await readOutputs(parts, { graph, inputs })
  const plan = { session: parts, inputs: inputs.tensors, outputs, oneRow }
  return {
    signature: {
      inputs: inputs.tensors,
      outputs,
      ...(inputs.featureNames && { featureNames: inputs.featureNames }),
      acceptsNaN: false,
    },
    run: async (request) => runAll(plan, request),
    release: async () => session.release(),
  }
}

/** The session without outputs that are never computed, as they are in branches that are not taken. */
async function withoutDead(session: NativeSession, inputs: readonly InputTensor[]): Promise<TensorSession> {
  const zeros = { rows: 1, tensors: inputs.map((input) => zerosOf(input, 1)) }
  const gives = async (name: string): Promise<boolean> =>
    runOnce({ session: session.only([name]), inputs }, zeros).then(
      () => true,
      (error: unknown) => !/does not have value/.test((error as Error).message),
    )
  const alive: string[] = []
  for (const name of session.outputNames) if (await gives(name)) alive.push(name)
  return alive.length === 0 ? session : session.only(alive)
}

async function inFolder<T>(files: ReadonlyMap<string, Uint8Array>, use: (folder: string) => T): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-tensorflow-'))
  try {
    // The paths are relative and stay below the folder: an archive with others is refused when it is read.
    for (const [path, content] of files) {
      await mkdir(dirname(join(folder, path)), { recursive: true })
      await writeFile(join(folder, path), content)
    }
    return use(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
