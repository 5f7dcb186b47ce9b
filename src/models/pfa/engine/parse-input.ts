import { SluiceError } from '../../../core/errors.ts'

const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
const LARGE = /[0-9]{16}/
const INTEGER = /^-?[0-9]+$/

/** What JSON.parse gives for UTF-8 bytes, but integers beyond 2^53 as bigints. Throws `record.json.malformed`. */
export function parseInput(bytes: Uint8Array): unknown {
  const text = decoder.decode(bytes)
  try {
    return JSON.parse(text, LARGE.test(text) ? (exactInteger as (key: string, value: unknown) => unknown) : undefined)
  } catch (error) {
    throw new SluiceError('record.json.malformed', `the input is no JSON: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    })
  }
}

// oxlint-disable-next-line max-params -- what JSON.parse calls
function exactInteger(_: string, value: unknown, { source }: { readonly source?: string }): unknown {
  return typeof value === 'number' && !Number.isSafeInteger(value) && source !== undefined && INTEGER.test(source) ? BigInt(source) : value
}
