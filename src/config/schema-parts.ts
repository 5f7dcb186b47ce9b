import { z } from 'zod'
import { parseSize, SIZE_SYNTAX } from './size.ts'

/*
 * Every message of these says what would be right, as the end of "… must be": the problem list puts the key, the value and
 * its source before it.
 */

export function text(right: string) {
  return z.string({ error: right }).min(1, { error: right })
}

const TOPIC = 'a topic name of at most 249 letters, digits, dots, dashes and underscores'

export function isTopicName(name: string): boolean {
  return /^(?!\.{1,2}$)[\w.-]{1,249}$/.test(name)
}

export function topicName() {
  return text(TOPIC).refine(isTopicName, { error: TOPIC })
}

export function whole(min: number, max: number, what: string) {
  const right = `a whole number from ${min} to ${max} (${what})`
  return z.int({ error: right }).min(min, { error: right }).max(max, { error: right })
}

export function oneOf<const T extends readonly string[]>(values: T) {
  return z.enum(values, { error: `one of ${values.join(', ')}` })
}

export function section<T extends z.core.$ZodLooseShape>(shape: T) {
  return z.strictObject(shape, { error: `a group of settings: ${Object.keys(shape).join(', ')}` })
}

export function size(min = 1) {
  return z.union([z.number(), z.string()], { error: SIZE_SYNTAX }).transform((value, context): number => {
    const bytes = parseSize(value)
    if (bytes !== undefined && bytes >= min) return bytes
    context.issues.push({ code: 'custom', input: value, message: bytes === undefined ? SIZE_SYNTAX : `at least ${min} bytes` })
    return z.NEVER
  })
}
