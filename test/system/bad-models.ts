import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { ErrorCode } from '../../src/core/errors.ts'
import { linearPmml } from './linear-pmml.ts'
import { MODEL_TYPE, tutorialDescriptor } from './wine-wire.ts'
import { bytesField, integerField } from './wire.ts'

/** A record of the models topic that must not serve. */
export interface BadModel {
  readonly what: string
  readonly record: () => Buffer | null
  readonly code: ErrorCode
  /** What the message must name. */
  readonly message: RegExp
}

const example = (file: string): Buffer => readFileSync(resolve(import.meta.dirname, '../../examples', file))
const pmml = (): Buffer => example('flights/late-arrival-2.pmml')
const onnx = (): Buffer => example('wine/cultivar-2.onnx')
const good = (): Buffer => linearPmml(1, { alcohol: 2 })

/** A version under a name of its own, so that what is said of it can be found. */
const bad = (name: string, data: Uint8Array, modeltype: number = MODEL_TYPE.pmml): Buffer => tutorialDescriptor({ name, data, modeltype })

/** Every hundredth byte is another one. */
function corrupt(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes)
  for (let at = 50; at < copy.length; at += 100) copy[at] = copy[at]! ^ 0x5a
  return copy
}

const BILLION_LAUGHS = `<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><PMML>&b;</PMML>`
const FIELDS = { name: 1, dataType: 3, modeltype: 4, data: 5, location: 6, version: 10, sha256: 11, action: 16, target: 17 } as const

/** Refused because of what they hold: they become versions with the status `refused`. */
export const BAD_CONTENTS: readonly BadModel[] = [
  { what: 'truncated PMML', record: () => bad('m-cut', pmml().subarray(0, 100_000)), code: 'model.malformed', message: /XML: \d+:\d+/ },
  { what: 'corrupt PMML', record: () => bad('m-corrupt', corrupt(pmml())), code: 'model.malformed', message: /line|PMML|XML/ },
  { what: 'PMML that is no XML', record: () => bad('m-text', Buffer.from('a model')), code: 'model.malformed', message: /line|PMML|XML/ },
  { what: 'PMML with entities', record: () => bad('m-laughs', Buffer.from(BILLION_LAUGHS)), code: 'model.malformed', message: /DOCTYPE/ },
  {
    what: 'truncated ONNX',
    record: () => bad('o-cut', onnx().subarray(0, 20_000), MODEL_TYPE.onnx),
    code: 'model.malformed',
    message: /ONNX|byte/i,
  },
  {
    what: 'corrupt ONNX',
    record: () => bad('o-corrupt', corrupt(onnx()), MODEL_TYPE.onnx),
    code: 'model.malformed',
    message: /ONNX|byte/i,
  },
  {
    what: 'PMML that says it is ONNX',
    record: () => bad('o-pmml', good(), MODEL_TYPE.onnx),
    code: 'model.malformed',
    message: /ONNX|byte/i,
  },
  {
    what: 'a format that has no runtime',
    record: () => bad('r-elsewhere', Buffer.from('elsewhere'), MODEL_TYPE.remote),
    code: 'model.format.unknown',
    message: /r-elsewhere@1.*'remote'.*pmml/,
  },
  {
    what: 'text that says it is a TensorFlow graph',
    record: () => bad('t-graph', Buffer.from('graph'), MODEL_TYPE.tensorflow),
    code: 'model.malformed',
    message: /TensorFlow/,
  },
  {
    what: 'inputs that the record lacks',
    record: () => bad('i-strange', linearPmml(1, { alcohol: 1, 'residual sugar': 1, bouquet: 1 })),
    code: 'model.inputs.mismatch',
    message: /i-strange@1.*'bouquet'.*'alcohol'/,
  },
  {
    what: 'a data type that no stream carries',
    record: () => tutorialDescriptor({ name: 'd-beer', data: good(), dataType: 'beer' }),
    code: 'model.inputs.mismatch',
    message: /d-beer@1.*'beer'.*wine/,
  },
  {
    what: 'a file outside of the models directory',
    record: () =>
      Buffer.concat([
        bytesField(FIELDS.name, 'l-passwd'),
        bytesField(FIELDS.dataType, 'wine'),
        integerField(FIELDS.modeltype, MODEL_TYPE.pmml),
        bytesField(FIELDS.location, '/etc/passwd'),
        bytesField(FIELDS.sha256, 'ab'.repeat(32)),
      ]),
    code: 'model.location.refused',
    message: /\/etc\/passwd/,
  },
]

/** Refused before they are versions: they can't be read, or break a rule of the topic. */
export const BAD_RECORDS: readonly BadModel[] = [
  { what: 'a tombstone', record: () => null, code: 'model.descriptor.malformed', message: /tombstone/ },
  { what: 'bytes that are no descriptor', record: () => Buffer.from('hello'), code: 'model.descriptor.malformed', message: /5 bytes/ },
  {
    what: 'a descriptor that is cut',
    record: () => bad('r-cut', good()).subarray(0, -20),
    code: 'model.descriptor.malformed',
    message: /\d+ bytes/,
  },
  { what: 'no name', record: () => bad('', good()), code: 'model.descriptor.malformed', message: /name ''/ },
  {
    what: 'no data type',
    record: () => tutorialDescriptor({ name: 'r-typeless', data: good(), dataType: '' }),
    code: 'model.descriptor.malformed',
    message: /dataType/,
  },
  { what: 'an unknown format', record: () => bad('r-format', good(), 99), code: 'model.format.unknown', message: /99 of r-format.*pmml/ },
  {
    what: 'other bytes under a known version',
    record: () => Buffer.concat([bad('steady', linearPmml(100, { alcohol: 2 })), bytesField(FIELDS.version, '1')]),
    code: 'model.version.immutable',
    message: /steady@1/,
  },
  {
    what: 'another digest',
    record: () => Buffer.concat([bad('r-digest', good()), bytesField(FIELDS.sha256, 'ab'.repeat(32))]),
    code: 'model.sha256.mismatch',
    message: /r-digest.*abab/,
  },
  {
    what: 'more bytes than allowed',
    record: () => bad('r-large', Buffer.alloc(700_000, 32)),
    code: 'model.too-large',
    message: /r-large.*700000/,
  },
  {
    what: 'a rollback to what is not there',
    record: () => Buffer.concat([bytesField(FIELDS.dataType, 'wine'), integerField(FIELDS.action, 1), bytesField(FIELDS.target, 'gone@7')]),
    code: 'model.not-found',
    message: /gone@7.*steady@1/,
  },
]
