import { SluiceError } from '../../../core/errors.ts'

const PIECE = 64 * 1024
const DECLARATION = /^\s*<\?xml[^>]*\sencoding\s*=\s*["']([\w.:-]{1,40})["']/

/**
 * The characters of an XML document in pieces, decoded as its byte order mark or its declaration says, else as UTF-8.
 * Throws `model.malformed` where the bytes are not of that encoding.
 */
export function* decodeXml(bytes: Uint8Array): Generator<string> {
  const encoding = encodingOf(bytes)
  let decoder: InstanceType<typeof TextDecoder>
  try {
    decoder = new TextDecoder(encoding, { fatal: true })
  } catch (error) {
    throw new SluiceError('model.malformed', `the document declares the encoding '${encoding}', which is not known; use UTF-8`, {
      cause: error,
    })
  }
  for (let at = 0; at < bytes.length; at += PIECE) {
    const last = at + PIECE >= bytes.length
    try {
      yield decoder.decode(bytes.subarray(at, at + PIECE), { stream: !last })
    } catch (error) {
      throw new SluiceError('model.malformed', `the document is not valid ${encoding} between byte ${at} and ${at + PIECE}`, {
        cause: error,
      })
    }
  }
}

function encodingOf(bytes: Uint8Array): string {
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be'
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le'
  const start = String.fromCharCode(...bytes.subarray(0, 200))
  return DECLARATION.exec(start)?.[1]?.toLowerCase() ?? 'utf-8'
}
