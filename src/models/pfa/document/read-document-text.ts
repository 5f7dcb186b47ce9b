import { SluiceError } from '../../../core/errors.ts'
import type { Json } from './json.ts'
import { prettyToJson } from './pretty/pretty-to-json.ts'
import { parseYaml } from './yaml.ts'

const SYMBOL = /^[A-Za-z_]\w*(\.\w+)*$/

/** Whether a document is written in JSON. */
export function isJsonText(text: string): boolean {
  return /^[\s\uFEFF]*\{/.test(text)
}

/** Reads a PFA document that is written in YAML or PrettyPFA. Throws `model.malformed` where it is neither. */
export function readDocumentText(text: string): Json {
  let problem: unknown
  try {
    const json = parseYaml(text)
    if (!looksPretty(json)) return json
  } catch (error) {
    problem = error
  }
  try {
    return prettyToJson(text)
  } catch (error) {
    if (problem === undefined || !(problem instanceof SluiceError) || !(error instanceof SluiceError)) throw error
    throw new SluiceError('model.malformed', `${problem.message}; nor is it PrettyPFA: ${error.message}`, { cause: error })
  }
}

/** To YAML, the sections of PrettyPFA are texts: an action that is a text, and no symbol, is no action in YAML. */
function looksPretty(json: Json): boolean {
  if (!(json instanceof Map)) return true
  const action = json.get('action')
  return typeof action === 'string' && !SYMBOL.test(action)
}
