import { readFileSync } from 'node:fs'
import { loadEngineFromBytes } from '../../src/models/pfa/engine/load-engine.ts'
import type { PfaEngine } from '../../src/models/pfa/engine/pfa-engine.ts'

/** The engine with a document and its records. What takes `times` answers the CPU nanoseconds that the process used. */
export interface Product {
  readonly rows: number
  run(times: number): number
  json(times: number): number
  loads(times: number): number
  /** The answers to all rows, as JSON. */
  answers(): readonly string[]
}

export function loadProduct(document: string, rows: string): Product {
  const bytes = readFileSync(document)
  const load = (): PfaEngine => loadEngineFromBytes(bytes, bytes.toString())
  const lines = readFileSync(rows, 'utf8').trimEnd().split('\n')
  const engine = load()
  engine.begin()
  const texts = lines.map((line) => Buffer.from(line))
  const inputs = texts.map((text) => engine.readInputBytes(text))
  let seen = 0
  return {
    rows: lines.length,
    run: (times) =>
      cpu(times, () => {
        for (const input of inputs) seen += engine.action(input) === null ? 0 : 1
      }),
    json: (times) =>
      cpu(times, () => {
        for (const text of texts) seen += engine.writeOutput(engine.action(engine.readInputBytes(text))).length
      }),
    loads: (times) =>
      cpu(times, () => {
        load().begin()
      }),
    answers: () => inputs.map((input) => engine.writeOutput(engine.action(input))),
  }
}

function cpu(times: number, work: () => void): number {
  const before = process.cpuUsage()
  for (let time = 0; time < times; time++) work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) * 1000
}
