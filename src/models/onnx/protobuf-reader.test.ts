import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SluiceError } from '../../core/errors.ts'
import { ProtobufReader } from './protobuf-reader.ts'
import { bytesField, message, varint, varintField } from './protobuf-writer.ts'

describe('the protobuf reader', () => {
  it('reads what another implementation writes', () => {
    const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
    fc.assert(
      fc.property(int64, fc.integer(), fc.string(), fc.uint8Array(), fc.array(int64), (long, int, text, bytes, list) => {
        const writer = new BinaryWriter().tag(1, WireType.Varint).int64(long).tag(2, WireType.Varint).int32(int)
        writer.tag(536_870_911, WireType.LengthDelimited).string(text).tag(4, WireType.LengthDelimited).bytes(bytes)
        writer.tag(5, WireType.Bit64).double(1.5).tag(6, WireType.Bit32).float(2.5).tag(7, WireType.LengthDelimited).fork()
        for (const each of list) writer.int64(each)
        const reader = new ProtobufReader(writer.join().finish())
        const read = <T>(isField: boolean, value: () => T): T => {
          expect(isField).toBe(true)
          return value()
        }
        const step = (): ProtobufReader => {
          expect(reader.next()).toBe(true)
          return reader
        }
        expect(read(step().isVarint(1), () => reader.int64)).toBe(long)
        expect(read(step().isVarint(2), () => reader.int32)).toBe(int)
        expect(read(step().isBytes(536_870_911), () => reader.text)).toBe(Buffer.from(text).toString())
        expect(read(step().isBytes(4), () => reader.bytes)).toEqual(bytes)
        expect(read(step().field === 5, () => reader.bytes.length)).toBe(8)
        expect(read(step().field === 6, () => reader.bytes.length)).toBe(4)
        expect(read(step().isBytes(7), () => reader.packedInt64())).toEqual(list)
        expect(reader.next()).toBe(false)
      }),
    )
  })

  it('answers any bytes with fields or with an error that has a code', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const reader = new ProtobufReader(bytes)
        const end = (): unknown => {
          try {
            while (reader.next());
            return reader.at
          } catch (error) {
            return error instanceof SluiceError ? error.code : error
          }
        }
        expect([bytes.length, 'model.malformed']).toContain(end())
      }),
    )
  })

  it.each([
    ['a length beyond the end', [0x0a, 5, 1]],
    ['a length of more than 32 bits', [0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 1]],
    ['a varint that is cut off', [0x08, 0x80]],
    ['a varint of eleven bytes', [0x08, ...Array.from({ length: 10 }, () => 0x80), 1]],
    ['a group', [0x0b]],
    ['the field number 0', [0x00, 1]],
    ['four bytes of an eight-byte number', [0x09, 1, 2, 3, 4]],
  ])('refuses %s', (_, bytes) => {
    expect(() => new ProtobufReader(Uint8Array.from(bytes)).next()).toThrow(expect.objectContaining({ code: 'model.malformed' }))
  })
})

describe('the protobuf writer', () => {
  it('writes what another implementation writes', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1000 }),
        fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
        fc.string(),
        (field, long, text) => {
          const expected = new BinaryWriter()
            .tag(field, WireType.Varint)
            .int64(long)
            .tag(field, WireType.LengthDelimited)
            .string(text)
            .finish()
          expect(message(varintField(field, long), bytesField(field, text))).toEqual(expected)
        },
      ),
    )
    expect(varint(300)).toEqual(Uint8Array.of(0xac, 2))
  })
})
