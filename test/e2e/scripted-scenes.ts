import { type Part, ScriptedWorld } from './scripted-world.ts'

const CARRIERS = ['UA', 'B6', 'EV', 'DL', 'AA']
const DESTINATIONS = ['SFO', 'BQN', 'CLT', 'ORD', 'MCO', 'BOS', 'LAX']

export const flights = (rate: number): Part => ({
  dataType: 'flight',
  stream: 'flights',
  rate,
  rejects: 0.0006,
  record(i) {
    const carrier = CARRIERS[i % 5]
    const dest = DESTINATIONS[(i * 3) % 7]
    const score = (Math.sin(i * 12.9898) * 43758.5453) % 1
    const late = Math.abs(score)
    const fields = {
      carrier,
      flight: 100 + ((i * 37) % 2400),
      origin: ['EWR', 'JFK', 'LGA'][i % 3],
      dest,
      dep_delay: ((i * 13) % 70) - 12,
      distance: 1576,
    }
    return { record: { dataType: 'flight', ...fields }, score: late, outputs: { late, on_time: 1 - late } }
  },
})

export const wines = (rate: number): Part => ({
  dataType: 'wine',
  stream: 'wine',
  rate,
  rejects: 0,
  record(i) {
    const label = `class_${i % 3}`
    return {
      record: { alcohol: 12 + (i % 20) / 10, malic_acid: 1.7, hue: 1.04, proline: 1065 },
      score: label,
      outputs: { label, [`probability(${label})`]: 0.55 + (i % 9) / 20 },
    }
  },
})

const FLIGHT_VERSIONS = [
  [
    'late-arrival@1',
    'Late arrival: a logistic regression on the delay at departure, the hour and the weather, trained on a winter',
    'pmml',
    4555,
    '0.910',
  ],
  [
    'late-arrival@2',
    'Late arrival: a random forest that also knows the destination, the timetable and more of the weather',
    'pmml',
    258_737,
    '0.922',
  ],
  ['late-arrival@3', 'Late arrival: gradient boosting on everything that is known at departure', 'onnx', 339_747, '0.931'],
] as const

/** Publishes a version of the flights' model by its place in the story, 0 to 2. */
export function publishFlights(world: ScriptedWorld, place: number): string {
  const [id, description, format, bytes, auc] = FLIGHT_VERSIONS[place]!
  world.publish('flight', id, { description, format, bytes, metadata: { auc, trained_on: '105,427 departures' } })
  return id
}

/** Two streams in full flow: flights on its second version, a refused third, and wine on its first. */
export function busyWorld(now: number): ScriptedWorld {
  const world = new ScriptedWorld(now - 37_000)
  world.stream('flights', { output: 'flight-scores', deadLetters: 'dead-letters', partitions: 3 })
  world.stream('wine', { output: 'wine-scores', format: 'protobuf', partitions: 1 })
  world.part(flights(2840))
  world.part(wines(118))
  world.serve('flight', publishFlights(world, 0))
  world.publish('wine', 'cultivar@1', { description: 'Cultivar of a wine from 13 measurements: logistic regression' })
  world.serve('wine', 'cultivar@1')
  for (let i = 0; i < 40; i++) world.pass(500)
  world.serve('flight', publishFlights(world, 1))
  for (let i = 0; i < 30; i++) world.pass(500)
  const message = 'the ONNX graph ends at byte 18,232 of 339,747; export it again'
  world.publish('flight', 'late-arrival@3-rc1', {
    format: 'onnx',
    status: 'refused',
    loadMs: null,
    reason: { code: 'model.malformed', scope: 'model', message, details: {} },
  })
  for (let i = 0; i < 4; i++) world.pass(500)
  return world
}

/** Names and numbers as long as they get. */
export function longWorld(now: number): ScriptedWorld {
  const world = new ScriptedWorld(now - 10_000)
  const topic = 'europe-west.production.payments.card-transactions.enriched.v3'
  world.stream(topic, { output: `${topic}.scores`, deadLetters: `${topic}.dead-letters`, partitions: 48, backlog: 1_250_000 })
  for (const [i, name] of [
    'card',
    'wallet',
    'a-data-type-whose-name-nobody-would-want-to-type-twice',
    'sepa',
    'swift',
    'cash',
    'crypto',
    'cheque',
  ].entries()) {
    const part: Part = { ...flights(190_000 / (i * i + 1)), dataType: name, stream: topic }
    world.part(part)
    const id = `fraud-probability-gradient-boosted-trees-with-calibration-${name}@2026.11.24-rc.1+build.7781`
    world.publish(name, id, { format: 'tensorflow-saved', description: 'x'.repeat(300) })
    world.serve(name, id)
  }
  for (let i = 0; i < 20; i++) world.pass(500)
  return world
}

/** Just started: a stream, no model, no record. */
export function emptyWorld(now: number): ScriptedWorld {
  const world = new ScriptedWorld(now)
  world.stream('mdata')
  return world
}

/** Records have come before any model: the gate is shut. */
export function heldWorld(now: number): ScriptedWorld {
  const world = emptyWorld(now - 5000)
  world.part({ ...wines(400), stream: 'mdata' })
  for (let i = 0; i < 10; i++) world.pass(500)
  return world
}
