import { ProtobufReader } from '../../onnx/protobuf-reader.ts'

/** A reader whose messages say that the bytes should be TensorFlow's. */
export function readMessage(bytes: Uint8Array): ProtobufReader {
  return new ProtobufReader(bytes, 'a TensorFlow model')
}

/** The last text in a field of a message; empty where there is none. */
export function textIn(bytes: Uint8Array, field: number): string {
  let text = ''
  const reader = readMessage(bytes)
  while (reader.next()) if (reader.isBytes(field)) text = reader.text
  return text
}

/** The entries of a map field are messages: their key (1) and the bytes of their value (2). */
export function entryOf(bytes: Uint8Array): { key: string; value: Uint8Array } {
  let key = ''
  let value: Uint8Array = new Uint8Array(0)
  const reader = readMessage(bytes)
  while (reader.next()) {
    if (reader.isBytes(1)) key = reader.text
    else if (reader.isBytes(2)) value = reader.bytes
  }
  return { key, value }
}
