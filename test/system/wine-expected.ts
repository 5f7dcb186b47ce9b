import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { expect } from 'vitest'
import type { AnswerValue } from './answer-value.ts'

/** What the reference engine answers: a number or a label, and the probabilities by label. */
export interface ExpectedAnswer {
  readonly score: string
  readonly outputs: ReadonlyMap<string, string>
}

const FILE = fileURLToPath(new URL('../fixtures/pmml-expected/wine.json.gz', import.meta.url))
const TOLERANCE = 1e-9

/** The recorded answers of the reference engine, a row of the table each. */
export function expectedAnswers(document: string): readonly ExpectedAnswer[] {
  const { documents } = JSON.parse(gunzipSync(readFileSync(FILE)).toString()) as { documents: Record<string, readonly string[]> }
  const [heading, ...lines] = documents[document]!
  const names = heading!.split('\t')
  return lines.map((line) => {
    const cells = line.split('\t')
    return { score: cells[0]!, outputs: new Map(names.map((name, i) => [name, cells[i]!])) }
  })
}

/** What is wrong with an answer, or undefined where it equals the reference. */
export function answerProblem({ score, outputs }: AnswerValue, expected: ExpectedAnswer): string | undefined {
  if (!agrees(score, expected.score)) return `the score is ${score}, not ${expected.score}`
  for (const [name, value] of Object.entries(outputs)) {
    const wanted = expected.outputs.get(name)
    if (wanted === undefined) return `an output ${name} that the reference does not have`
    if (!agrees(value, wanted)) return `${name} is ${value}, not ${wanted}`
  }
  const probabilities = [...expected.outputs.keys()].filter((name) => name.startsWith('probability('))
  const absent = probabilities.find((name) => !Object.hasOwn(outputs, name))
  return absent === undefined ? undefined : `there is no ${absent}`
}

/** The label, or the number within the tolerance. */
function agrees(value: number | string | null, wanted: string): boolean {
  if (typeof value !== 'number') return value === wanted
  return Math.abs(value - Number(wanted)) <= TOLERANCE * Math.abs(Number(wanted))
}

/** Fails where any answer differs from the reference. */
export function expectReference(answers: Iterable<{ answer: AnswerValue; expected: ExpectedAnswer; at: string }>): void {
  const problems: string[] = []
  for (const { answer, expected, at } of answers) {
    const problem = answerProblem(answer, expected)
    if (problem !== undefined) problems.push(`${at}: ${problem}`)
  }
  expect({ problems: problems.slice(0, 10), of: problems.length }, 'scores and the reference').toEqual({ problems: [], of: 0 })
}
