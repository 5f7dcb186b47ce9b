import { parseJson } from '../../document/json.ts'
import { type EngineOptions, loadEngine } from '../../engine/load-engine.ts'
import { PfaRuntimeError } from '../../values/runtime-error.ts'

/** An argument as its Avro type and its JSON, or a whole PFA expression. */
export type Argument = readonly [type: unknown, value: unknown] | { readonly expression: unknown }

/**
 * Calls a library function through a document of its own, and gives its result as JSON; of a runtime error, `{ error: code }`. A plain
 * argument stands for a double, a string or a list of doubles.
 */
export function callFunction(name: string, output: unknown, args: readonly unknown[], options: EngineOptions = {}): unknown {
  const document = { input: 'null', output, action: { [name]: args.map(expressionOf) } }
  const engine = loadEngine(parseJson(JSON.stringify(document)), { bytes: 'base64', ...options })
  try {
    return JSON.parse(engine.writeOutput(engine.action(null)))
  } catch (error) {
    if (error instanceof PfaRuntimeError) return { error: error.code }
    throw error
  }
}

function expressionOf(argument: unknown): unknown {
  if (typeof argument === 'object' && argument !== null && !Array.isArray(argument)) return (argument as { expression: unknown }).expression
  const [type, value] = Array.isArray(argument) && isTyped(argument) ? (argument as [unknown, unknown]) : [typeOf(argument), argument]
  return { type, value }
}

function isTyped(argument: readonly unknown[]): boolean {
  return argument.length === 2 && typeof argument[0] !== 'number'
}

function typeOf(argument: unknown): unknown {
  if (Array.isArray(argument)) return { type: 'array', items: 'double' }
  return typeof argument === 'string' ? 'string' : typeof argument === 'boolean' ? 'boolean' : 'double'
}
