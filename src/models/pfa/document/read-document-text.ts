import { type Json } from './json.ts'
import { parseYaml } from './yaml.ts'

/** Whether a document is written in JSON. */
export function isJsonText(text: string): boolean {
  return /^[\s\uFEFF]*\{/.test(text)
}

/** Reads a PFA document that is written in YAML. Throws `model.malformed` where it is not. */
export function readDocumentText(text: string): Json {
  return parseYaml(text)
}
