import { expect } from 'vitest'
import type { Outcome } from './check-answers.ts'
import { expectedProbabilities, modelsOf } from './examples.ts'

/** Absolute: the libraries compute PMML's models in double and ONNX's in single precision. */
const TOLERANCE = { pmml: 1e-6, onnx: 1e-5 } as const

/**
 * Fails where an answer differs from what the library that trained the model computes, for the records of which that is known.
 * Answers how many were compared.
 */
export function checkExample(example: 'flights' | 'wine', outcomes: readonly Outcome[]): number {
  const expected = expectedProbabilities(example)
  const formats = new Map(modelsOf(example).map(({ name, version, format }) => [`${name}@${version}`, format as 'pmml' | 'onnx']))
  const problems: string[] = []
  let compared = 0
  for (const { input, answer, model } of outcomes) {
    if (answer === undefined) continue
    const { id } = JSON.parse(input.value!.toString()) as { id: string }
    const probabilities = expected.get(id)?.[model!.split('@')[1]!]
    if (probabilities === undefined) continue
    compared++
    const tolerance = TOLERANCE[formats.get(model!)!]
    for (const [label, wanted] of Object.entries(probabilities)) {
      const given = answer.outputs[`probability(${label})`]
      if (typeof given !== 'number' || Math.abs(given - wanted) > tolerance)
        problems.push(`${id} by ${model}: ${label} is ${given}, not ${wanted}`)
    }
    const [most, next] = Object.entries(probabilities).toSorted(([, a], [, b]) => b - a)
    // Where two labels are as likely as each other, either may win.
    if (most![1] - next![1] > 2 * tolerance && answer.score !== most![0])
      problems.push(`${id} by ${model}: ${answer.score}, not ${most![0]}`)
  }
  expect({ problems: problems.slice(0, 10), of: problems.length }, `answers of examples/${example}`).toEqual({ problems: [], of: 0 })
  return compared
}
