import { SluiceError } from '../../core/errors.ts'
import { featureError } from '../../core/feature-error.ts'
import { CELL, type Frame } from '../../core/frame.ts'
import type { Scores } from '../../core/scores.ts'
import { createBufferStore } from './buffer-store.ts'
import type { InputTensor, RunRequest, TensorData } from './signature.ts'
import { TENSOR_TYPES, type TensorType } from './tensor-types.ts'

/** The rows of a frame that a model can take, as tensors. */
export interface TensorBatch extends RunRequest {
  /** The row of the frame that each row of the tensors is. Undefined where they are all, in order. */
  readonly frameRows: Int32Array | undefined
  readonly transfer: readonly ArrayBuffer[]
}

/** Turns frames into tensors; rejects rows that the inputs can't take, and leaves them out. */
export interface FrameReader {
  read(frame: Frame, scores: Scores): TensorBatch
  /** Takes back memory that was transferred, for other batches. */
  reuse(buffers: readonly ArrayBuffer[]): void
}

/** Rejects the rows of a frame that the inputs can't take. */
export type RowCheck = (frame: Frame, scores: Scores) => void

/** Makes the check for these inputs, whose columns are the frame's fields in order. */
export function createRowCheck(inputs: readonly InputTensor[], acceptsNaN: boolean): RowCheck {
  const types = inputs.flatMap((input) => Array.from({ length: input.width }, () => input.type))
  const isUsable = types.map((type) => usable(type, acceptsNaN))
  const width = types.length

  function mayBeMissing(cell: number, type: TensorType): boolean {
    return acceptsNaN && cell === CELL.missing && isFloat(type)
  }

  function cellError(frame: Frame, row: number, column: number): SluiceError {
    const at = row * width + column
    const value = frame.matrix[at]!
    const field = frame.fields[column]!
    if (frame.cells[at] !== CELL.present || field.type !== 'number' || !Number.isFinite(value)) return featureError(frame, row, column)
    const { range } = TENSOR_TYPES[types[column]!]
    const wanted = range === undefined ? 'a number within the range of float32' : `an integer from ${range[0]} to ${range[1]}`
    return new SluiceError('record.feature.invalid', `feature '${field.name}' is ${value}; the model needs ${wanted}`, {
      details: { feature: field.name, value },
    })
  }

  const isFloat32 = types.every((type) => type === 'float32')

  return (frame, scores) => {
    const { matrix, cells, flags } = frame
    for (let row = 0; row < frame.rows; row++) {
      const whole = flags[row] === 0
      if (whole && isFloat32 && areFloats(matrix, row * width, width)) continue
      for (let column = 0; column < width; column++) {
        const at = row * width + column
        const present = whole || cells[at] === CELL.present
        if (present ? isUsable[column]!(matrix[at]!) : mayBeMissing(cells[at]!, types[column]!)) continue
        scores.reject(row, cellError(frame, row, column))
        break
      }
    }
  }
}

/** The least number that becomes an infinity as a float32: the middle between its largest one and 2^128. */
const FLOAT32_LIMIT = 2 ** 128 - 2 ** 103

/** Whether all numbers are finite, and within the range of float32. */
function areFloats(matrix: Float64Array, at: number, count: number): boolean {
  for (let end = at + count; at < end; at++) if (!(Math.abs(matrix[at]!) < FLOAT32_LIMIT)) return false
  return true
}

/** Makes the reader for these inputs, whose columns are the frame's fields in order. */
export function createFrameReader(inputs: readonly InputTensor[], acceptsNaN: boolean): FrameReader {
  const rejectUnusable = createRowCheck(inputs, acceptsNaN)
  const width = inputs.reduce((sum, input) => sum + input.width, 0)
  const memory = createBufferStore()
  const isMatrix = inputs.length === 1 && inputs[0]!.type === 'float32'

  function readTensors(frame: Frame, scores: Scores): TensorBatch {
    rejectUnusable(frame, scores)
    const frameRows = scores.rejections === 0 ? undefined : acceptedRows(scores)
    const rows = frameRows?.length ?? frame.rows
    let first = 0
    const tensors = inputs.map((input) => {
      const block = { first, width: input.width, stride: width }
      first += input.width
      return tensorOf(input.type, frame, { ...block, rows, frameRows })
    })
    return {
      rows,
      tensors,
      frameRows,
      transfer: tensors.map((data) => ('values' in data ? data.values : data.codes).buffer as ArrayBuffer),
    }
  }

  return {
    read(frame, scores) {
      if (!isMatrix || scores.rejections > 0 || !areWhole(frame)) return readTensors(frame, scores)
      const { rows } = frame
      const values = memory.floats(rows * width)
      const { floats } = frame
      if (floats === undefined ? copyFinite(frame.matrix, values) : copyFloats(floats, values))
        return { rows, tensors: [{ values }], frameRows: undefined, transfer: [values.buffer] }
      memory.giveBack(values.buffer)
      return readTensors(frame, scores)
    },
    reuse(buffers) {
      for (const buffer of buffers) memory.giveBack(buffer)
    },
  }
}

function areWhole({ flags, rows }: Frame): boolean {
  for (let row = 0; row < rows; row++) if (flags[row] !== 0) return false
  return true
}

/** The sum of squares below which no number is anywhere near what float32 can't hold. */
const SAFE_SQUARES = 2 ** 250

/** Copies the first numbers as floats. True only where all are finite as such, for which none may be huge; false tells nothing. */
function copyFinite(from: Float64Array, into: Float32Array): boolean {
  // Four sums at once do not wait for each other. Lists to take apart would triple the time; to look at the float instead of the double adds a third.
  let [a, b, c, d] = [0, 0, 0, 0]
  const count = into.length
  const whole = count & ~3
  for (let i = 0; i < whole; i += 4) {
    const x = from[i]!
    const y = from[i + 1]!
    const z = from[i + 2]!
    const w = from[i + 3]!
    into[i] = x
    into[i + 1] = y
    into[i + 2] = z
    into[i + 3] = w
    a += x * x
    b += y * y
    c += z * z
    d += w * w
  }
  for (let i = whole; i < count; i++) {
    const x = from[i]!
    into[i] = x
    a += x * x
  }
  return a + b + c + d < SAFE_SQUARES
}

/** The bits of a float that are all 1 in infinities and in what is no number. */
const EXPONENT = 0x7f800000
const EXPONENT_STEP = 0x00800000

/** Copies the first numbers, and says whether all are finite. */
function copyFloats(from: Float32Array, into: Float32Array<ArrayBuffer>): boolean {
  into.set(from.subarray(0, into.length))
  const bits = new Int32Array(into.buffer, 0, into.length)
  let [a, b, c, d] = [0, 0, 0, 0]
  const whole = bits.length & ~3
  // The one exponent that is too high carries into the sign.
  for (let i = 0; i < whole; i += 4) {
    a |= (bits[i]! & EXPONENT) + EXPONENT_STEP
    b |= (bits[i + 1]! & EXPONENT) + EXPONENT_STEP
    c |= (bits[i + 2]! & EXPONENT) + EXPONENT_STEP
    d |= (bits[i + 3]! & EXPONENT) + EXPONENT_STEP
  }
  for (let i = whole; i < bits.length; i++) a |= (bits[i]! & EXPONENT) + EXPONENT_STEP
  return (a | b | c | d) >= 0
}

function usable(type: TensorType, acceptsNaN: boolean): (value: number) => boolean {
  if (type === 'string') return (value) => value >= 0
  const { range } = TENSOR_TYPES[type]
  if (range !== undefined) return (value) => Number.isInteger(value) && value >= range[0] && value <= range[1]
  // A double beyond float32's range would become an infinity on its way.
  const isFinite = type === 'float32' ? (value: number) => Number.isFinite(Math.fround(value)) : Number.isFinite
  return acceptsNaN ? (value) => isFinite(value) || Number.isNaN(value) : isFinite
}

function isFloat(type: TensorType): boolean {
  return type === 'float32' || type === 'float64'
}

function acceptedRows(scores: Scores): Int32Array {
  const rows = new Int32Array(scores.rows - scores.rejections)
  let at = 0
  for (let row = 0; row < scores.rows; row++) if (scores.rejected[row] === 0) rows[at++] = row
  return rows
}

/** Some neighbouring columns of some rows of a frame. */
interface Block {
  readonly first: number
  readonly width: number
  readonly stride: number
  readonly rows: number
  readonly frameRows: Int32Array | undefined
}

function tensorOf(type: TensorType, frame: Frame, block: Block): TensorData {
  const { create } = TENSOR_TYPES[type]
  const length = block.rows * block.width
  if (create === undefined) return textsOf(frame, block)
  const values = create(length)
  if (values instanceof BigInt64Array) copyIntegers(frame, block, values)
  else copyNumbers(frame, block, values)
  return { values }
}

function copyNumbers({ matrix }: Frame, block: Block, into: { [at: number]: number }): void {
  let to = 0
  for (let i = 0; i < block.rows; i++) {
    const from = (block.frameRows?.[i] ?? i) * block.stride + block.first
    for (let column = 0; column < block.width; column++) into[to++] = matrix[from + column]!
  }
}

/** Writes integers within ±2^53 as 64 bits, in two halves: a BigInt per cell would be an object per cell. */
function copyIntegers(frame: Frame, block: Block, values: BigInt64Array): void {
  const numbers = new Float64Array(values.length)
  copyNumbers(frame, block, numbers)
  const view = new DataView(values.buffer)
  for (let i = 0; i < numbers.length; i++) {
    view.setUint32(i * 8, numbers[i]! >>> 0, true)
    view.setInt32(i * 8 + 4, Math.floor(numbers[i]! / 2 ** 32), true)
  }
}

/** The texts of a block as codes into a list of those that occur, which is short where the dictionaries are long. */
function textsOf(frame: Frame, block: Block): TensorData {
  const codes = new Int32Array(block.rows * block.width)
  copyNumbers(frame, block, codes)
  const texts: string[] = []
  for (let column = 0; column < block.width; column++) {
    const dictionary = frame.fields[block.first + column]!.dictionary!
    const places = new Int32Array(dictionary.size)
    for (let at = column; at < codes.length; at += block.width) {
      const code = codes[at]!
      if (places[code] === 0) places[code] = texts.push(dictionary.text(code))
      codes[at] = places[code]! - 1
    }
  }
  return { codes, texts }
}
