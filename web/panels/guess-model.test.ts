import { expect, it } from 'vitest'
import { guessModel } from './guess-model.ts'

it.each([
  ['late arrival.PMML', 'late-arrival', 'pmml'],
  ['forest.v2.onnx', 'forest.v2', 'onnx'],
  ['model.xml', 'model', 'pmml'],
  ['weights.bin', 'weights', ''],
  ['noextension', 'noextension', ''],
])('guesses from %s the name %s and the format "%s"', (file, name, format) => expect(guessModel(file)).toEqual({ name, format }))
