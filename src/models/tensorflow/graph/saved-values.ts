import { SluiceError } from '../../../core/errors.ts'
import type { Bundle } from '../bundle/read-bundle.ts'
import type { ConstTensor } from '../const-tensor.ts'
import type { Graph } from '../proto/read-graph.ts'
import type { ResourceValues } from './op-context.ts'
import { findFillings, type Source } from './sources.ts'
import type { Resource } from './value.ts'
import { readVocabulary } from './vocabulary.ts'

export interface SavedFiles {
  readonly bundle: Bundle
  /** The names under which variables were saved that the graph itself does not restore. */
  readonly variableKeys: ReadonlyMap<string, string>
  /** The names of files beside the graph, by the nodes that stand for their paths. */
  readonly assets: ReadonlyMap<string, string>
  /** The bytes of a file beside the graph, by its name; undefined where there is none. */
  readonly asset: (name: string) => Uint8Array | undefined
}

interface TableContent {
  readonly keys: ConstTensor
  readonly values: ConstTensor
}

/** Finds what variables and tables hold: from what the graph says of restoring and filling them, and the files beside it. */
export function readSavedValues(graph: Graph, files: SavedFiles): ResourceValues {
  const variables = new Map<string, Source[]>()
  const tables = new Map<string, () => TableContent | undefined>()
  const known = new Map<string, ConstTensor>()
  for (const { node, inputs } of findFillings(graph)) {
    const [target, ...content] = inputs
    if (target === undefined) continue
    for (const key of keysOf(target.path, target.node.attributes.get('shared_name')?.text ?? '')) {
      if (node.op.startsWith('Assign')) variables.set(key, [...(variables.get(key) ?? []), ...content.filter((one) => one !== undefined)])
      else if (node.op === 'InitializeTableFromTextFileV2')
        tables.set(key, () => readVocabulary({ filling: node, table: target.node }, fileOf(content[0], files, variables), files))
      else tables.set(key, () => tableOf(content, files.bundle))
    }
  }
  const find = <T>(from: ReadonlyMap<string, T>, { path, sharedName }: Resource): T | undefined =>
    keysOf(path, sharedName)
      .map((key) => from.get(key))
      .find((one) => one !== undefined)
  return {
    variable(resource) {
      const before = known.get(resource.path)
      if (before !== undefined) return before
      // What is restored counts; what only initialises a variable does not.
      const values = (find(variables, resource) ?? []).map((source) => restored(source, files.bundle))
      const value = values.find((one) => one !== undefined) ?? byObject(resource, files)
      if (value === undefined) throw noValue(resource, 'variable')
      known.set(resource.path, value)
      return value
    },
    table(resource) {
      const content = find(tables, resource)?.()
      if (content === undefined) throw noValue(resource, 'table')
      return content
    },
  }
}

function byObject({ path, sharedName }: Resource, { bundle, variableKeys }: SavedFiles): ConstTensor | undefined {
  const key = variableKeys.get(sharedName === '' ? path : sharedName)
  return key === undefined ? undefined : bundle.read(key)
}

function keysOf(path: string, sharedName: string): string[] {
  return sharedName === '' ? [path] : [path, `shared:${sharedName}`]
}

function tableOf(content: readonly (Source | undefined)[], bundle: Bundle): TableContent | undefined {
  const [keys, values] = content.map((source) => (source === undefined ? undefined : (restored(source, bundle) ?? constantOf(source))))
  return keys === undefined || values === undefined ? undefined : { keys, values }
}

/** The tensor of a checkpoint that an output of RestoreV2 is. */
function restored(source: Source, bundle: Bundle): ConstTensor | undefined {
  if (source.node.op !== 'RestoreV2') return undefined
  const names = source.input(1)
  const name = names === undefined ? undefined : constantOf(names)?.texts?.[source.index]
  return name === undefined ? undefined : bundle.read(new TextDecoder().decode(name))
}

function constantOf(source: Source): ConstTensor | undefined {
  return source.node.op === 'Const' ? source.node.attributes.get('value')?.tensor?.() : undefined
}

/** The name of the file whose path begins here: in a constant, in a variable, or as a node that the saved model declares. */
function fileOf(source: Source | undefined, { assets }: SavedFiles, variables: ReadonlyMap<string, readonly Source[]>): string | undefined {
  if (source === undefined) return undefined
  const declared = assets.get(source.path)
  if (declared !== undefined) return declared
  const assigned = (variables.get(source.path) ?? []).map((one) => assets.get(one.path)).find((one) => one !== undefined)
  if (assigned !== undefined) return assigned
  const text = constantOf(source)?.texts?.[0]
  return text === undefined ? undefined : new TextDecoder().decode(text).split('/').at(-1)
}

function noValue({ op, path }: Resource, what: string): SluiceError {
  const why = `the ${what} '${path}' (op '${op}') has no saved value; a frozen graph must have its variables made constants, and a SavedModel needs its variables folder`
  return new SluiceError('model.unsupported', why, { details: { node: path } })
}
