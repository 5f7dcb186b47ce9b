import { NONE, plain } from '../format/numbers.ts'

/** A field of a record, as text. */
export interface ShownField {
  readonly name: string
  readonly value: string
}

/** Names that say what the page shows elsewhere, or that say little to a person. */
const SKIPPED = /^(data_?type|type|ts|time|time_?stamp|answer|ce_.*|.*_at)$/i
const TEXT_LIMIT = 28

/**
 * The fields of a record that tell a person which one it is: texts first, since they name things, then numbers, in the
 * record's own order, so that records of one kind show the same ones. Nested values and empty ones are left out.
 */
export function keyFields(record: unknown, limit: number): ShownField[] {
  if (typeof record !== 'object' || record === null) return record === undefined ? [] : [{ name: 'value', value: text(record) }]
  const usable = Object.entries(record).filter(
    ([name, value]) => !SKIPPED.test(name) && value !== null && value !== '' && typeof value !== 'object',
  )
  const texts = usable.filter(([, value]) => typeof value === 'string').slice(0, Math.ceil(limit * 0.75))
  const others = usable.filter(([, value]) => typeof value !== 'string').slice(0, limit - texts.length)
  const chosen = new Set([...texts, ...others])
  return usable.filter((entry) => chosen.has(entry)).map(([name, value]) => ({ name, value: text(value) }))
}

/** A score or an output as text. */
export function scoreText(score: number | string | null): string {
  if (score === null) return NONE
  return typeof score === 'number' ? plain(score) : score
}

function text(value: unknown): string {
  if (typeof value === 'number') return plain(value)
  const whole = String(value)
  return whole.length > TEXT_LIMIT ? `${whole.slice(0, TEXT_LIMIT - 1)}…` : whole
}
