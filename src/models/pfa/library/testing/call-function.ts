import { parseJson } from '../../document/json.ts'
import { type EngineOptions, loadEngine } from '../../engine/load-engine.ts'
import { PfaRuntimeError } from '../../values/runtime-error.ts'

/**
 * Calls a library function through a document of its own, and gives its result as JSON; of a runtime error, `{ error: code }`. An
 * argument is its Avro type and its JSON, `{ expression }` for any PFA expression, or a plain double, string, boolean or list of doubles.
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
