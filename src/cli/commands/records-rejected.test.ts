import { describe, expect, test } from 'vitest'
import { NOW, run } from '../testing/fake-io.ts'
import { aDeadLetter, startFakeNode } from '../testing/fake-node.ts'

describe('records rejected', () => {
  test('is two lines per record, safe for a terminal', async () => {
    await using node = await startFakeNode()
    node.deadLetters = [
      aDeadLetter({ message: 'it is \u001b[31mbad', text: '{"a":\n"\u001b"}', valueBytes: 9 }),
      aDeadLetter({
        offset: '12345',
        key: 'k1',
        dataType: null,
        model: null,
        code: 'record.tombstone',
        message: 'no value',
        text: null,
        valueBytes: 0,
      }),
      aDeadLetter({ text: null, base64: Buffer.from([8, 1, 255]).toString('base64'), valueBytes: 3 }),
      aDeadLetter({ text: 'x'.repeat(1024), valueBytes: 50 * 1024 * 1024 }),
    ]
    const { exitCode, out, err } = await run(`records rejected --server ${node.server}`)
    expect([exitCode, err]).toEqual([0, ''])
    expect(node.requests.map(({ path, query }) => [path, query])).toEqual([
      ['/live', {}],
      ['/rejected/flights', {}],
    ])
    const common = ['2026-01-01 10:20:30', 'flights[0]@41', '–', 'flight', 'late-arrival@2', 'record.feature.missing']
    expect(out.split('\n').map((line) => line.split(/ {2,}/))).toEqual([
      [...common, 'it is \ufffd[31mbad'],
      ['', '{"a": "\ufffd"}'],
      ['2026-01-01 10:20:30', 'flights[0]@12345', 'k1', '–', '–', 'record.tombstone', 'no value'],
      ['', 'no value'],
      [...common, "the feature 'carrier' is missing"],
      ['', '08 01 ff'],
      [...common, "the feature 'carrier' is missing"],
      ['', `${'x'.repeat(160)} … (50 MiB)`],
      [''],
    ])
  })

  test('as JSON is what the node sent, one per line', async () => {
    await using node = await startFakeNode()
    node.deadLetters = [aDeadLetter(), aDeadLetter({ offset: '42', at: NOW })]
    const { out } = await run(`records rejected --stream flights --limit 1 --json --server ${node.server}`)
    expect(node.requests[0]).toMatchObject({ path: '/rejected/flights', query: { limit: '1' } })
    expect(out).toBe(`${JSON.stringify(node.deadLetters[0])}\n`)
  })

  test('following ends with Ctrl-C, as 130 and quietly', async () => {
    await using node = await startFakeNode()
    node.deadLetters = [aDeadLetter()]
    const words = `records rejected --stream flights --follow --from-beginning --server ${node.server}`
    const { exitCode, out, err } = await run(words, { onOutput: (_, stop) => stop(130) })
    expect(node.requests[0]!.query).toEqual({ follow: 'true', from: 'beginning' })
    expect([exitCode, err]).toEqual([130, ''])
    expect(out).toContain('record.feature.missing')
  })

  test('none is said to people, and nothing to programs', async () => {
    await using node = await startFakeNode()
    expect((await run(`records rejected --server ${node.server}`)).out).toBe('✓ no record was rejected\n')
    expect((await run(`records rejected --json --server ${node.server}`)).out).toBe('')
  })

  test('the code is red on a terminal', async () => {
    await using node = await startFakeNode()
    node.deadLetters = [aDeadLetter()]
    expect((await run(`records rejected --server ${node.server}`, { tty: true })).out).toContain(
      '\u001b[31mrecord.feature.missing\u001b[39m',
    )
  })
})
