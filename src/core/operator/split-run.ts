import type { ArmPart, ArmRun } from './arm-run.ts'
import type { Scorer } from './part-frame.ts'
import type { PredictionCache } from './prediction-cache.ts'

export interface SplitRun {
  /** Each with its rows, and room for their scores; none where all of the run's scores are there. */
  readonly parts: readonly ArmPart[]
  /** What scores those that are not known. */
  readonly model: Scorer
}

/** Splits what an arm has to score: its model's cache answers what it can, and the rest is in parts of as many rows as the model may be given at a time. */
export function splitRun(run: ArmRun, mayAnswer: boolean): SplitRun {
  const { served, frame } = run
  const { cache, loaded, batching, answersLater } = served!
  const { rows } = frame
  if (run.places.length < rows) run.places = new Int32Array(rows)
  const known = cache === undefined ? inOrder(run) : cache.lookUp(frame, run.scores, run.places)
  run.cached.hits = known
  if (rows === known) return { parts: [], model: loaded.model }
  const parts: ArmPart[] = []
  if (known > 0) parts.push(knownPart(run, known))
  const size = mayAnswer && answersLater ? batching.rows : rows
  for (let from = known; from < rows; from += size) {
    const part = run.nextPart()
    part.isKnown = false
    part.frame.take(frame, run.places, { from, to: Math.min(rows, from + size) })
    part.scores.reset(loaded.model.outputs, part.frame.rows)
    parts.push(part)
  }
  return { parts, model: cache === undefined ? loaded.model : cachedModel(cache, run) }
}

function inOrder({ places, frame }: ArmRun): 0 {
  for (let row = 0; row < frame.rows; row++) places[row] = row
  return 0
}

function knownPart(run: ArmRun, known: number): ArmPart {
  const part = run.nextPart()
  const { frame, scores } = part
  part.isKnown = true
  frame.list(run.frame, run.places, { from: 0, to: known })
  scores.reset(run.scores.outputs, known)
  const width = scores.outputs.length
  for (let row = 0; row < known; row++)
    for (let i = 0; i < width; i++) scores.values[row * width + i] = run.scores.values[run.places[row]! * width + i]!
  return part
}

function cachedModel(cache: PredictionCache, { cached }: ArmRun): Scorer {
  return { score: (frame, scores) => cache.score(frame, scores, cached) }
}
