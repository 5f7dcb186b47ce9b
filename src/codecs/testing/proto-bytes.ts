import { type DescField, type DescMessage, ScalarType } from '@bufbuild/protobuf'
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import * as fc from 'fast-check'
import { character } from '../../core/testing/character.ts'

const int32 = fc.oneof(fc.integer(), fc.constantFrom(0, -1, 1, 300, -5, 2147483647, -2147483648))
const uint32 = int32.map((value) => value >>> 0)
const int64 = fc.oneof(
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  int32.map(BigInt),
  fc.constantFrom(2n ** 53n + 1n, -(2n ** 53n) - 1n, 2n ** 63n - 1n, -(2n ** 63n)),
)
const uint64 = int64.map((value) => BigInt.asUintN(64, value))
const text = fc.oneof(fc.constantFrom('', 'red', '1.5', ' 2 ', 'NaN', '\uFEFFx'), fc.string({ unit: character, maxLength: 6 }))

type Write = (writer: BinaryWriter) => void

const SCALAR_WRITES: Record<ScalarType, fc.Arbitrary<Write>> = {
  [ScalarType.DOUBLE]: fc.double().map((value) => (writer) => void writer.double(value)),
  [ScalarType.FLOAT]: fc.float().map((value) => (writer) => void writer.float(value)),
  [ScalarType.INT64]: int64.map((value) => (writer) => void writer.int64(value)),
  [ScalarType.UINT64]: uint64.map((value) => (writer) => void writer.uint64(value)),
  // As other encoders may have them: any 64-bit varint, of which the low half counts.
  [ScalarType.INT32]: fc.oneof(int32.map(BigInt), int64).map((value) => (writer) => void writer.int64(value)),
  [ScalarType.UINT32]: fc.oneof(uint32.map(BigInt), uint64).map((value) => (writer) => void writer.uint64(value)),
  [ScalarType.FIXED64]: uint64.map((value) => (writer) => void writer.fixed64(value)),
  [ScalarType.FIXED32]: uint32.map((value) => (writer) => void writer.fixed32(value)),
  [ScalarType.BOOL]: fc.oneof(fc.constantFrom(0n, 1n), uint64).map((value) => (writer) => void writer.uint64(value)),
  [ScalarType.STRING]: text.map((value) => (writer) => void writer.string(value)),
  [ScalarType.BYTES]: fc
    .oneof(
      fc.uint8Array({ maxLength: 5 }),
      text.map((value) => Buffer.from(value)),
    )
    .map((value) => (writer) => void writer.bytes(value)),
  [ScalarType.SFIXED32]: int32.map((value) => (writer) => void writer.sfixed32(value)),
  [ScalarType.SFIXED64]: int64.map((value) => (writer) => void writer.sfixed64(value)),
  [ScalarType.SINT32]: int32.map((value) => (writer) => void writer.sint32(value)),
  [ScalarType.SINT64]: int64.map((value) => (writer) => void writer.sint64(value)),
}
const enumWrite = fc.oneof(fc.constantFrom(0, 1, 300, -5), int32).map(
  (value): Write =>
    (writer) =>
      void writer.int32(value),
)

/**
 * For tests: bytes of a message in any form that an encoder may give them: fields in any order, several times or not at all, with
 * unknown fields between them.
 */
export function messageBytes(message: DescMessage, depth = 2): fc.Arbitrary<Uint8Array> {
  const fields = message.fields.flatMap((field) => fieldBytes(field, depth))
  // Mostly in their order, as encoders do.
  const inOrder = fc.tuple(...fields.map((field) => fc.option(field, { nil: new Uint8Array(0), freq: 4 })))
  return fc
    .oneof(inOrder, fc.array(fc.oneof({ arbitrary: fc.oneof(...fields), weight: 5 }, unknownField), { maxLength: 12 }))
    .map((parts) => new Uint8Array(Buffer.concat(parts)))
}

function fieldBytes(field: DescField, depth: number): fc.Arbitrary<Uint8Array>[] {
  if (field.fieldKind === 'map') return []
  if (field.message !== undefined) return depth === 0 ? [] : [messageField(field, depth)]
  const isEnum = field.enum !== undefined
  const write = isEnum ? enumWrite : SCALAR_WRITES[field.scalar]
  const wireType = isEnum ? WireType.Varint : wireTypeOf(field.scalar)
  const single = write.map((value) => bytesOf((writer) => value(writer.tag(field.number, wireType))))
  if (field.fieldKind !== 'list' || wireType === WireType.LengthDelimited) return [single]
  const packed = fc.array(write, { maxLength: 4 }).map((values) =>
    bytesOf((writer) => {
      writer.tag(field.number, WireType.LengthDelimited).fork()
      for (const value of values) value(writer)
      writer.join()
    }),
  )
  return [single, packed]
}

function messageField(field: DescField, depth: number): fc.Arbitrary<Uint8Array> {
  const isDelimited = field.fieldKind === 'message' && field.delimitedEncoding
  return messageBytes(field.message!, depth - 1).map((inner) =>
    bytesOf((writer) => {
      if (isDelimited) writer.tag(field.number, WireType.StartGroup).raw(inner).tag(field.number, WireType.EndGroup)
      else writer.tag(field.number, WireType.LengthDelimited).bytes(inner)
    }),
  )
}

const unknownNumber = fc.constantFrom(13_000, 90_000, 536_870_000)
const unknownField = fc.oneof(
  fc.tuple(unknownNumber, uint64).map(([no, value]) => bytesOf((writer) => void writer.tag(no, WireType.Varint).uint64(value))),
  fc.tuple(unknownNumber, uint64).map(([no, value]) => bytesOf((writer) => void writer.tag(no, WireType.Bit64).fixed64(value))),
  fc.tuple(unknownNumber, uint32).map(([no, value]) => bytesOf((writer) => void writer.tag(no, WireType.Bit32).fixed32(value))),
  fc
    .tuple(unknownNumber, fc.uint8Array({ maxLength: 9 }))
    .map(([no, value]) => bytesOf((writer) => void writer.tag(no, WireType.LengthDelimited).bytes(value))),
  fc
    .tuple(unknownNumber, unknownNumber, fc.nat(9))
    .map(([no, inner, value]) =>
      bytesOf((writer) => void writer.tag(no, WireType.StartGroup).tag(inner, WireType.Varint).uint32(value).tag(no, WireType.EndGroup)),
    ),
)

function wireTypeOf(scalar: ScalarType): WireType {
  if (scalar === ScalarType.STRING || scalar === ScalarType.BYTES) return WireType.LengthDelimited
  if ([ScalarType.DOUBLE, ScalarType.FIXED64, ScalarType.SFIXED64].includes(scalar)) return WireType.Bit64
  return [ScalarType.FLOAT, ScalarType.FIXED32, ScalarType.SFIXED32].includes(scalar) ? WireType.Bit32 : WireType.Varint
}

/** For tests: what is written with protobuf's own writer. */
export function bytesOf(write: Write): Uint8Array {
  const writer = new BinaryWriter()
  write(writer)
  return writer.finish()
}
