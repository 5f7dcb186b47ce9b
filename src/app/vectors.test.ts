import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { afterAll, describe, expect, test } from 'vitest'
import { startTestNode } from '../../test/fixtures/serving/test-node.ts'
import { descriptorSetOf } from '../codecs/testing/proto-schema.ts'
import type { SluiceNode } from './node.ts'

const file = join(process.env['SLUICE_SHARED'] ?? join(import.meta.dirname, '../../../shared'), 'bench/crayfish-ffnn.onnx')
const present = existsSync(file)
if (!present) console.warn(`not run: images through a whole node, because ${file} is not there (set SLUICE_SHARED)`)

const PIXELS = 784
const folder = mkdtempSync(join(tmpdir(), 'sluice-vectors-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Three images of eighths, which float32 and texts keep as they are. */
const IMAGES = [0, 1, 2].map((image) => Array.from({ length: PIXELS }, (_, i) => ((i * 7 + image * 3 + (i >> 4)) % 9) / 8))
const rows = (image: readonly number[]): number[][] => Array.from({ length: 28 }, (_, y) => image.slice(y * 28, (y + 1) * 28))

/** What ONNX Runtime itself gives for them. */
async function expectedOf(): Promise<number[][]> {
  const session = await InferenceSession.create(file)
  const { output } = await session.run({ input: new Tensor('float32', Float32Array.from(IMAGES.flat()), [IMAGES.length, 1, PIXELS]) })
  return IMAGES.map((_, image) => Array.from((output!.data as Float32Array).subarray(image * 10, (image + 1) * 10)))
}

function streamOf(format: unknown) {
  return { name: 'images', input: 'images', output: 'image-scores', format, dataType: { constant: 'image' }, beforeModel: { do: 'reject' } }
}

async function publish(node: SluiceNode): Promise<void> {
  const query = { name: 'ffnn', version: '1', dataType: 'image', format: 'onnx', wait: 'true' } as const
  const { status } = await node.services.models.publish(query, readFileSync(file))
  expect(status).toBe('serving')
}

async function scoresOf(node: SluiceNode, limit: number): Promise<number[][]> {
  const found: number[][] = []
  for await (const { score, outputs } of node.answers('images', { limit })) {
    found.push([Number(score), ...Array.from({ length: 9 }, (_, i) => Number(outputs[`output[${i + 1}]`]))])
  }
  return found
}

async function reasonsOf(node: SluiceNode, limit: number): Promise<string[]> {
  const reasons: string[] = []
  const options = { follow: true, from: 'beginning', limit, signal: AbortSignal.timeout(4000) } as const
  for await (const { code, message } of node.services.records.rejected('images', options)) reasons.push(`${code}: ${message}`)
  return reasons
}

describe.skipIf(!present)('images through a whole node', () => {
  test('lists in JSON, flat and nested, feed the network; what does not fit is told', async () => {
    await using node = await startTestNode({ settings: { streams: [streamOf('json')] } })
    await publish(node)
    await node.send('images', [{ input: IMAGES[0] }, { input: rows(IMAGES[1]!) }, { input: [IMAGES[2]] }])
    await node.send('images', [{ input: [1, 2] }, {}, { input: IMAGES[0]!.with(9, 'x' as never) }])
    const expected = await expectedOf()
    expect(await scoresOf(node, 3)).toEqual(expected)
    expect(await reasonsOf(node, 3)).toEqual([
      "record.feature.invalid: feature 'input' has 2 values; the model needs a list of 784 numbers, or lists of 1 by 784",
      "record.feature.missing: feature 'input' is absent; the model needs a list of 784 numbers, or lists of 1 by 784",
      "record.feature.invalid: feature 'input[9]' is 'x'; the model needs a number",
    ])
  })

  test.each(['float', 'double'])('a repeated %s in protobuf feeds the network', async (type) => {
    const descriptorSet = join(folder, `${type}.binpb`)
    writeFileSync(descriptorSet, descriptorSetOf({ Image: [{ name: 'input', number: 2, type, repeated: true }] }, 'proto3'))
    const stream = streamOf({ protobuf: { descriptorSet, message: 't.Image' } })
    await using node = await startTestNode({ settings: { streams: [stream] } })
    await publish(node)
    await node.send('images', [...IMAGES.map((input) => ({ input })), { input: [1, 2] }])
    // Of answers in protobuf the API shows the score.
    expect((await scoresOf(node, 3)).map(([score]) => score)).toEqual((await expectedOf()).map(([score]) => score))
    expect(await reasonsOf(node, 1)).toEqual([
      "record.feature.invalid: feature 'input' has 2 values; the model needs a list of 784 numbers, or lists of 1 by 784",
    ])
    expect(node.services.records.schemas('images').fields).toEqual([{ path: 'input', type: 'numbers' }])
  })
})
