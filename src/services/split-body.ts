import type { RecordsFormat } from '../api/services.ts'
import { SluiceError } from '../core/errors.ts'

/** The values of the records in a request body. Throws `api.request.invalid` where they can't be told apart. */
export function splitBody(body: Uint8Array, format: RecordsFormat): Iterable<Uint8Array> {
  switch (format) {
    case 'binary':
    case 'protobuf':
      return [body]
    case 'protobuf-delimited':
      return splitDelimited(body)
    case 'ndjson':
      return splitLines(body)
    case 'json':
      return splitJson(body)
  }
}

function* splitLines(body: Uint8Array): Iterable<Uint8Array> {
  for (let start = 0; start < body.length;) {
    const newline = body.indexOf(10, start)
    const end = newline < 0 ? body.length : newline
    const line = body.subarray(start, body[end - 1] === 13 ? end - 1 : end)
    if (line.some((byte) => byte > 32)) yield line
    start = end + 1
  }
}

/**
 * One value goes as it stands. An array is taken apart at its commas, and its items go as they stand too, so that numbers of many
 * digits stay as they are; whether each is a record is for the stream to judge.
 */
function* splitJson(body: Uint8Array): Iterable<Uint8Array> {
  const start = skipSpace(body, 0)
  if (body[start] !== BYTE.openArray) return void (yield body)
  let at = skipSpace(body, start + 1)
  let isOpen = body[at] !== BYTE.closeArray
  while (isOpen) {
    const end = endOfItem(body, at)
    const item = body.subarray(at, trimSpace(body, at, end))
    if (item.length === 0) throw notAnArray(at, 'there is no value')
    yield item
    isOpen = body[end] === BYTE.comma
    at = isOpen ? skipSpace(body, end + 1) : end
  }
  const after = skipSpace(body, at + 1)
  if (after < body.length) throw notAnArray(after, 'something stands after it')
}

const BYTE = { quote: 34, comma: 44, openArray: 91, backslash: 92, closeArray: 93, openObject: 123, closeObject: 125 } as const

/** Where the item that begins here ends: at the comma after it, or at the bracket that closes the array. */
function endOfItem(body: Uint8Array, from: number): number {
  let depth = 0
  for (let at = from; at < body.length; at++) {
    const byte = body[at]!
    if (byte === BYTE.quote) at = endOfText(body, at)
    else if (byte === BYTE.openArray || byte === BYTE.openObject) depth++
    else if (depth === 0 && (byte === BYTE.comma || byte === BYTE.closeArray)) return at
    else if (byte === BYTE.closeArray || byte === BYTE.closeObject) depth--
  }
  throw notAnArray(body.length, 'it is not closed')
}

function endOfText(body: Uint8Array, quote: number): number {
  let at = quote + 1
  while (at < body.length && body[at] !== BYTE.quote) at += body[at] === BYTE.backslash ? 2 : 1
  return at
}

function skipSpace(body: Uint8Array, from: number): number {
  let at = from
  while (at < body.length && body[at]! <= 32) at++
  return at
}

function trimSpace(body: Uint8Array, from: number, to: number): number {
  let end = to
  while (end > from && body[end - 1]! <= 32) end--
  return end
}

function notAnArray(at: number, problem: string): SluiceError {
  return new SluiceError('api.request.invalid', `the body is not a JSON array: ${problem} (at byte ${at})`)
}

function* splitDelimited(body: Uint8Array): Iterable<Uint8Array> {
  for (let at = 0; at < body.length;) {
    let length = 0
    let shift = 0
    let byte = 128
    while (byte & 128) {
      if (at >= body.length || shift > 28) throw broken(at)
      byte = body[at++]!
      length += (byte & 127) * 2 ** shift
      shift += 7
    }
    if (at + length > body.length) throw broken(at)
    yield body.subarray(at, at + length)
    at += length
  }
}

function broken(at: number): SluiceError {
  return new SluiceError(
    'api.request.invalid',
    `the body is cut: the message before byte ${at} is longer than what is left; each message stands after its length as a varint`,
  )
}
