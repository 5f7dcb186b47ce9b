import { type Json, parseJson } from './json.ts'
import { parseYaml } from './yaml.ts'

/** Reads a PFA document that is written in JSON or YAML. Throws `model.malformed` where it is neither. */
export function readDocumentText(text: string): Json {
  return /^[\s\uFEFF]*\{/.test(text) ? parseJson(text.replace(/^\uFEFF/, '')) : parseYaml(text)
}
