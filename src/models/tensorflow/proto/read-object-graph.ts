import type { Bundle } from '../bundle/read-bundle.ts'
import { readMessage, textIn } from './reader.ts'

const SAVED_OBJECT = { nodes: 1, variable: 7, name: 6 } as const
const TRACKED_OBJECT = { nodes: 1, attributes: 2, key: 3 } as const
const OBJECTS = '_CHECKPOINTABLE_OBJECT_GRAPH'

/**
 * Under which names the variables of a TensorFlow 2 object graph were saved: object by object, the graph of the saved model
 * (saved_object_graph.proto) has a variable's name where that of the checkpoint (trackable_object_graph.proto) has its key.
 * Names that two variables share are left out.
 */
export function readVariableKeys(objectGraph: Uint8Array, bundle: Bundle): ReadonlyMap<string, string> {
  const keys = new Map<string, string>()
  const tracked = bundle.read(OBJECTS)?.texts?.[0]
  if (tracked === undefined) return keys
  const keyOf = messagesIn(tracked, TRACKED_OBJECT.nodes).map((node) => {
    const [attribute] = messagesIn(node, TRACKED_OBJECT.attributes)
    return attribute === undefined ? '' : textIn(attribute, TRACKED_OBJECT.key)
  })
  const shared = new Set<string>()
  for (const [i, node] of messagesIn(objectGraph, SAVED_OBJECT.nodes).entries()) {
    const [variable] = messagesIn(node, SAVED_OBJECT.variable)
    const name = variable === undefined ? '' : textIn(variable, SAVED_OBJECT.name)
    const key = keyOf[i] ?? ''
    if (name === '' || key === '') continue
    if (keys.has(name)) shared.add(name)
    keys.set(name, key)
  }
  for (const name of shared) keys.delete(name)
  return keys
}

function messagesIn(bytes: Uint8Array, field: number): Uint8Array[] {
  const found: Uint8Array[] = []
  const reader = readMessage(bytes)
  while (reader.next()) if (reader.isBytes(field)) found.push(reader.bytes)
  return found
}
