import { type Batch, INDEX } from '../../core/batch.ts'
import { type DataTypeReader, MAX_DATA_TYPES } from '../../core/codec.ts'
import type { Dictionary } from '../../core/dictionary.ts'
import { SluiceError } from '../../core/errors.ts'
import type { Outcomes } from '../../core/outcomes.ts'
import { pathSteps } from '../path.ts'
import { malformedJson } from './row-reader.ts'
import { JsonScanner } from './scanner.ts'

const QUOTE = 34
const encoder = new TextEncoder()

/**
 * Reads the data type from the member at a path; the first one counts. It stops there: whether the rest of the record is
 * JSON is for the row reader to find out.
 */
export function createDataTypeReader(path: string, dataTypes: Dictionary): DataTypeReader {
  const steps = pathSteps(path).map((step) => encoder.encode(step))
  const scanner = new JsonScanner()
  const missing = new SluiceError('record.data-type.missing', `the record has no data type in its field '${path}'`)
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
        else if (scanner.escaped) types[i] = dataTypes.add(scanner.text())
        else types[i] = dataTypes.internBytes(bytes, scanner.textAt, scanner.textLength, MAX_DATA_TYPES)
      }
    },
  }
}

/** Leaves the scanner on the text at the steps; false where there is none, undefined where the record is not JSON up to there. */
function find(scanner: JsonScanner, steps: readonly Uint8Array[]): boolean | undefined {
  for (let depth = 0; depth < steps.length; depth++) {
    if (scanner.peek() !== 123) return depth > 0 ? false : wrong(scanner, 'it is not an object')
    scanner.at++
    const member = findMember(scanner, steps[depth]!)
    if (member !== true) return member
  }
  if (scanner.peek() !== QUOTE) return false
  return scanner.string() ? true : undefined
}

/** Moves to the value of a member of the object that has just been opened. */
function findMember(scanner: JsonScanner, name: Uint8Array): boolean | undefined {
  if (scanner.take(125)) return false
  for (;;) {
    if (scanner.peek() !== QUOTE) return wrong(scanner, 'a member without a name in quotes')
    if (!scanner.string()) return undefined
    const matches = isName(scanner, name)
    if (!scanner.take(58)) return wrong(scanner, 'a name without a colon after it')
    if (matches) return true
    if (!scanner.value(1)) return undefined
    if (scanner.take(125)) return false
    if (!scanner.take(44)) return wrong(scanner, 'a comma or a closing brace is missing')
  }
}

function wrong(scanner: JsonScanner, problem: string): undefined {
  scanner.fail(problem)
}

function isName(scanner: JsonScanner, name: Uint8Array): boolean {
  const { bytes, textAt, textLength } = scanner
  if (scanner.escaped || textLength !== name.length) return false
  for (let i = 0; i < textLength; i++) if (bytes[textAt + i] !== name[i]) return false
  return true
}
