import { SluiceError } from '../core/errors.ts'

/** More partitions than any topic has that is followed from one place. */
const MAX_PARTITIONS = 100_000

/** The offsets at which to go on, by partition, as a short text: `0.2s.1a`, each in base 36. */
export function positionText(places: readonly bigint[]): string {
  return places.map((place) => place.toString(36)).join('.')
}

/** What `positionText` wrote. Throws `api.request.invalid`. */
export function parsePosition(text: string): bigint[] {
  const parts = text.split('.', MAX_PARTITIONS + 1)
  if (parts.length > MAX_PARTITIONS || !parts.every((part) => /^[\da-z]{1,13}$/.test(part)))
    throw new SluiceError('api.request.invalid', `Last-Event-ID is '${text.slice(0, 100)}', but must be the id of an event of this stream`)
  return parts.map(numberOf)
}

function numberOf(digits: string): bigint {
  let sum = 0n
  for (const digit of digits) sum = sum * 36n + BigInt(Number.parseInt(digit, 36))
  return sum
}
