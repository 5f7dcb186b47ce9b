import type { RecordsFormat } from '../api/services.ts'
import { SluiceError } from '../core/errors.ts'

const encoder = new TextEncoder()

/** The values of the records in a request body. Throws `api.request.invalid` where they can't be told apart. */
export function splitBody(body: Uint8Array, format: RecordsFormat): Iterable<Uint8Array> {
  switch (format) {
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

/** One object goes as it stands; an array is taken apart. */
function* splitJson(body: Uint8Array): Iterable<Uint8Array> {
  const first = body.find((byte) => byte > 32)
  if (first !== 91) return void (yield body)
  let records: unknown[]
  try {
    records = JSON.parse(Buffer.from(body).toString('utf8')) as unknown[]
  } catch (cause) {
    throw new SluiceError('api.request.invalid', `the body is not a JSON array: ${(cause as Error).message}`, { cause })
  }
  for (const record of records) yield encoder.encode(JSON.stringify(record))
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
