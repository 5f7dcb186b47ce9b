import { SluiceError } from '../../../core/errors.ts'

const PIECE = 64 * 1024
const DECLARATION = /^\s*<\?xml[^>]*\sencoding\s*=\s*["']([\w.:-]{1,40})["']/

/** Turns the bytes of an XML document, which may come in parts, into characters. */
export interface XmlDecoder {
  /** The characters of some bytes, in pieces. The last call must say so. Throws `model.malformed` where they are not of the encoding. */
  decode(bytes: Uint8Array, last: boolean): Generator<string>
}

/** Decodes as the byte order mark or the declaration says, which must be in the first part; else as UTF-8. */
export function createXmlDecoder(): XmlDecoder {
  let encoding: string | undefined
  let decoder: InstanceType<typeof TextDecoder>
  let before = 0
  const decodePiece = (piece: Uint8Array, stream: boolean): string => {
    try {
      return decoder.decode(piece, { stream })
    } catch (error) {
      const between = `between byte ${before} and ${before + PIECE}`
      throw new SluiceError('model.malformed', `the document is not valid ${encoding} ${between}`, { cause: error })
    } finally {
      before += piece.length
    }
  }
  return {
    *decode(bytes, last) {
      if (encoding === undefined) {
        encoding = encodingOf(bytes)
        decoder = decoderOf(encoding)
      }
      for (let at = 0; at < bytes.length; at += PIECE) yield decodePiece(bytes.subarray(at, at + PIECE), true)
      if (last) yield decodePiece(new Uint8Array(0), false)
    },
  }
}

function decoderOf(encoding: string): InstanceType<typeof TextDecoder> {
  try {
    return new TextDecoder(encoding, { fatal: true })
  } catch (error) {
    throw new SluiceError('model.malformed', `the document declares the encoding '${encoding}', which is not known; use UTF-8`, {
      cause: error,
    })
  }
}

function encodingOf(bytes: Uint8Array): string {
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be'
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le'
  const start = String.fromCharCode(...bytes.subarray(0, 200))
  return DECLARATION.exec(start)?.[1]?.toLowerCase() ?? 'utf-8'
}
