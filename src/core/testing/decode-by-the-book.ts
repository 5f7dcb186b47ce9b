/**
 * For tests: the records of one record batch, read as slowly and plainly as the format's definition
 * (https://kafka.apache.org/documentation/#recordbatch) and with nothing of the product.
 */
export function decodeByTheBook(bytes: Uint8Array): { readonly records: readonly PlainRecord[]; readonly maxTimestamp: number } {
  const input = new Input(bytes)
  const take = (size: number): bigint => input.bigEndian(size)
  input.expect(take(8), 0n, 'baseOffset')
  input.expect(take(4), BigInt(bytes.length - 12), 'batchLength')
  take(4)
  input.expect(take(1), 2n, 'magic')
  take(4)
  input.expect(take(2), 0n, 'attributes')
  const lastOffsetDelta = take(4)
  const baseTimestamp = take(8)
  const maxTimestamp = Number(take(8))
  take(8 + 2 + 4)
  const count = take(4)
  input.expect(lastOffsetDelta, count - 1n, 'lastOffsetDelta')
  const records: PlainRecord[] = []
  for (let i = 0n; i < count; i++) {
    const length = input.varint()
    const end = input.at + Number(length)
    take(1)
    const timestamp = Number(baseTimestamp + input.varint())
    input.expect(input.varint(), i, 'offsetDelta')
    const key = input.part()
    const value = input.part()
    const headers = Array.from({ length: Number(input.varint()) }, () => ({
      name: Buffer.from(input.part()!).toString(),
      value: input.part(),
    }))
    input.expect(BigInt(input.at), BigInt(end), 'the end of a record')
    records.push({ timestamp, key, value, headers })
  }
  input.expect(BigInt(input.at), BigInt(bytes.length), 'the end')
  return { records, maxTimestamp }
}

export interface PlainRecord {
  readonly timestamp: number
  readonly key: Uint8Array | undefined
  readonly value: Uint8Array | undefined
  readonly headers: readonly { readonly name: string; readonly value: Uint8Array | undefined }[]
}

class Input {
  at = 0
  readonly #bytes: Uint8Array

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  bigEndian(size: number): bigint {
    let value = 0n
    for (let i = 0; i < size; i++) value = value * 256n + BigInt(this.#byte())
    return BigInt.asIntN(size * 8, value)
  }

  varint(): bigint {
    let value = 0n
    for (let shift = 0n; ; shift += 7n) {
      const byte = BigInt(this.#byte())
      value += (byte % 128n) << shift
      if (byte < 128n) return value % 2n === 0n ? value / 2n : -(value + 1n) / 2n
    }
  }

  part(): Uint8Array | undefined {
    const length = Number(this.varint())
    if (length < 0) return undefined
    this.at += length
    return new Uint8Array(this.#bytes.slice(this.at - length, this.at))
  }

  expect(found: bigint, wanted: bigint, what: string): void {
    if (found !== wanted) throw new Error(`${what} is ${found}, not ${wanted}`)
  }

  #byte(): number {
    const byte = this.#bytes[this.at++]
    if (byte === undefined) throw new Error('it ends too early')
    return byte
  }
}
