import { type Batch, INDEX } from '../../core/batch.ts'
import { type DataTypeReader, MAX_DATA_TYPES } from '../../core/codec.ts'
import { unusableDataType } from '../../core/data-type-readers.ts'
import { type Dictionary, UNUSABLE_TEXT } from '../../core/dictionary.ts'
import { SluiceError } from '../../core/errors.ts'
import type { Outcomes } from '../../core/outcomes.ts'
import { pathSteps } from '../path.ts'
import { malformedJson } from './row-reader.ts'
import { JsonScanner } from './scanner.ts'

const QUOTE = 34
const encoder = new TextEncoder()

/** One step of the path. */
interface Name {
  readonly text: string
  readonly bytes: Uint8Array
}

/**
 * Reads the data type from the member at a path; where the path stands several times, the first one counts. It stops there:
 * whether the rest of the record is JSON is for the row reader to find out.
 */
export function createDataTypeReader(path: string, dataTypes: Dictionary): DataTypeReader {
  const steps = pathSteps(path).map((text): Name => ({ text, bytes: encoder.encode(text) }))
  const scanner = new JsonScanner()
  const missing = new SluiceError(
    'record.data-type.missing',
    `the record has no text in its field '${path}', which is to hold its data type`,
  )
  const unusable = unusableDataType(`field '${path}'`)
  return {
    read(batch: Batch, types: Int32Array, outcomes: Outcomes): void {
      const { bytes, index, count } = batch
      for (let i = 0; i < count; i++) {
        if (outcomes.rejected[i] === 1) continue
        const at = index[i * INDEX.stride + INDEX.valueAt]!
        scanner.start(bytes, at, at + index[i * INDEX.stride + INDEX.valueLength]!)
        const found = find(scanner, steps)
        if (found === undefined) outcomes.reject(i, malformedJson(scanner, at))
        else if (!found || scanner.textLength === 0) outcomes.reject(i, missing)
        else {
          const { textAt, textLength, escaped } = scanner
          const code = escaped
            ? dataTypes.intern(scanner.text(), MAX_DATA_TYPES)
            : dataTypes.internBytes(bytes, textAt, textLength, MAX_DATA_TYPES)
          if (code === UNUSABLE_TEXT) outcomes.reject(i, unusable)
          else types[i] = code
        }
      }
    },
  }
}

/** Leaves the scanner on the text at the steps; false where there is none, undefined where the record is not JSON up to there. */
function find(scanner: JsonScanner, steps: readonly Name[]): boolean | undefined {
  for (let depth = 0; depth < steps.length; depth++) {
    const byte = scanner.peek()
    if (byte !== 123)
      return depth > 0 && byte !== -1 ? false : wrong(scanner, byte === -1 ? 'it ends where a value should be' : 'it is not an object')
    scanner.at++
    const member = findMember(scanner, steps[depth]!, depth + 1)
    if (member !== true) return member
  }
  const byte = scanner.peek()
  if (byte === QUOTE) return scanner.string() ? true : undefined
  return byte === -1 ? wrong(scanner, 'it ends where a value should be') : false
}

/** Moves to the value of a member of the object that has just been opened. */
function findMember(scanner: JsonScanner, name: Name, depth: number): boolean | undefined {
  if (scanner.take(125)) return false
  for (;;) {
    if (scanner.peek() !== QUOTE) return wrong(scanner, 'a member without a name in quotes')
    if (!scanner.string()) return undefined
    const matches = isName(scanner, name)
    if (!scanner.take(58)) return wrong(scanner, 'a name without a colon after it')
    if (matches) return true
    if (!scanner.value(depth)) return undefined
    if (scanner.take(125)) return false
    if (!scanner.take(44)) return wrong(scanner, 'a comma or a closing brace is missing')
  }
}

function wrong(scanner: JsonScanner, problem: string): undefined {
  scanner.fail(problem)
}

function isName(scanner: JsonScanner, name: Name): boolean {
  if (scanner.escaped) return scanner.text() === name.text
  const { bytes, textAt, textLength } = scanner
  if (textLength !== name.bytes.length) return false
  for (let i = 0; i < textLength; i++) if (bytes[textAt + i] !== name.bytes[i]) return false
  return true
}
