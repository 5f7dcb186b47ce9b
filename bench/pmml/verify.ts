import type { Answer } from './product.ts'

/** Throws where the product's answers are not the peer's, which are lines of a value and pairs of category and share. */
export function verifyAnswers(answers: readonly (Answer | undefined)[], lines: readonly string[], tolerance: number): void {
  if (answers.length !== lines.length) throw new Error(`${answers.length} answers for ${lines.length} rows`)
  for (const [row, answer] of answers.entries()) {
    const [value, ...pairs] = lines[row]!.split('\t')
    if (answer === undefined) {
      if (value !== 'null') throw new Error(`row ${row} is rejected; the peer answers ${value}`)
      continue
    }
    if (!same(answer.value, value!, tolerance)) throw new Error(`row ${row} is ${answer.value}; the peer answers ${value}`)
    for (let i = 0; i < pairs.length; i += 2) {
      const share = shareOf(answer, pairs[i]!)
      if (share === undefined || !same(share, pairs[i + 1]!, tolerance))
        throw new Error(`row ${row} has a probability of ${share} for ${pairs[i]}; the peer has ${pairs[i + 1]}`)
    }
  }
}

function shareOf(answer: Answer, category: string): number | undefined {
  const found = answer.shares.get(category)
  if (found !== undefined) return found
  // 1 and 1.0 are one category.
  for (const [name, share] of answer.shares) if (name !== '' && Number(name) === Number(category)) return share
  return undefined
}

function same(mine: string | number, theirs: string, tolerance: number): boolean {
  if (String(mine) === theirs) return true
  const [a, b] = [Number(mine), Number(theirs)]
  return Math.abs(a - b) <= tolerance * Math.abs(b) + tolerance * 1e-3
}
