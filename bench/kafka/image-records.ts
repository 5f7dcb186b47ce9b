import { create, toBinary } from '@bufbuild/protobuf'
import {
  FieldDescriptorProto_Label,
  FieldDescriptorProto_Type,
  FileDescriptorProtoSchema,
  FileDescriptorSetSchema,
} from '@bufbuild/protobuf/wkt'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { sharedPath } from '../shared-forest.ts'
import { type RecordKind, writeRecordSet } from './record-kinds.ts'

const RECORDS = 500
const PIXELS = 784
const CLASSES = 10
const SEED = 20_261_124

/** Crayfish's records: JSON with an array of 784 pixels between 0 and 1, named as the model's input is. */
export const IMAGE_JSON = imageRecords('image-json', (pixels) => {
  const text = Array.from(pixels, (pixel) => Number(pixel.toPrecision(7))).join(',')
  return Buffer.from(`{"dataType":"image","input":[${text}]}`)
})

const PACKED_PIXELS = (2 << 3) | 2

/** The same in protobuf: the data type in field 1, and in field 2 the pixels as packed floats. */
export const IMAGE_BINARY = imageRecords('image-binary', (pixels) => {
  const head = Buffer.from([10, 5, ...Buffer.from('image'), PACKED_PIXELS, (pixels.byteLength & 127) | 128, pixels.byteLength >> 7])
  return Buffer.concat([head, Buffer.from(pixels.buffer, pixels.byteOffset, pixels.byteLength)])
})

/** The descriptor set of these records: `bench.Image`. */
export function imageDescriptorSet(): Uint8Array {
  const { STRING, FLOAT } = FieldDescriptorProto_Type
  const file = create(FileDescriptorProtoSchema, {
    name: 'image.proto',
    package: 'bench',
    syntax: 'proto3',
    messageType: [
      {
        name: 'Image',
        field: [
          { name: 'dataType', number: 1, type: STRING, label: FieldDescriptorProto_Label.OPTIONAL },
          { name: 'input', number: 2, type: FLOAT, label: FieldDescriptorProto_Label.REPEATED },
        ],
      },
    ],
  })
  return toBinary(FileDescriptorSetSchema, create(FileDescriptorSetSchema, { file: [file] }))
}

function imageRecords(name: 'image-json' | 'image-binary', encode: (pixels: Float32Array) => Uint8Array): RecordKind {
  return {
    name,
    reader: name,
    async write(file) {
      const pixels = randomPixels()
      const scores = await scoresOf(pixels)
      writeRecordSet(file, {
        count: RECORDS,
        width: CLASSES,
        value: (record) => encode(pixels.subarray(record * PIXELS, (record + 1) * PIXELS)),
        expected: (record) => scores.subarray(record * CLASSES, (record + 1) * CLASSES),
      })
    },
  }
}

/** Numbers of seven digits, which float32 and JSON both keep, from a linear congruential generator. */
function randomPixels(): Float32Array {
  const pixels = new Float32Array(RECORDS * PIXELS)
  let state = SEED
  for (let i = 0; i < pixels.length; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    pixels[i] = Math.round((state / 2 ** 32) * 1e7) / 1e7
  }
  return pixels
}

/** What ONNX Runtime makes of them, which is the reference here. */
async function scoresOf(pixels: Float32Array): Promise<Float32Array> {
  const session = await InferenceSession.create(sharedPath('crayfish-ffnn.onnx'))
  const [input, output] = [session.inputNames[0]!, session.outputNames[0]!]
  const result = await session.run({ [input]: new Tensor('float32', pixels, [RECORDS, 1, PIXELS]) })
  return result[output]!.data as Float32Array
}
