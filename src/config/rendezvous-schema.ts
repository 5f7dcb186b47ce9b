import { z } from 'zod'
import { policySchema } from './policies-schema.ts'
import { oneOf, section, text, topicName, whole } from './schema-parts.ts'

const NAME = 'a name of at most 100 letters, digits, dots, dashes and underscores'
const DATA_TYPE = 'key, topic, { field: <path of a JSON field> }, { header: <name> } or { constant: <data type> }'
const dataType = z.union(
  [
    z.enum(['key', 'topic'], { error: DATA_TYPE }),
    section({ field: text('the path of a field of JSON, such as dataType or order.kind') }),
    section({ header: text('the name of a record header') }),
    section({ constant: text('a data type') }),
  ],
  { error: DATA_TYPE },
)

/** One topic of scores: the output of a stream that scores the input, or what another program writes. */
const scores = section({
  topic: topicName(),
  model: text('what policies call the model, where that is not its own name').optional(),
  stream: text('the name of the stream that writes the scores, as it is in its dead letters').optional(),
  deadLetters: topicName().optional(),
  value: oneOf(['auto', 'number', 'label']).prefault('auto'),
  confidence: text('the path of the confidence in a JSON value, such as answer.confidence').optional(),
})

const SCORES = 'a list of at least one topic of scores, such as [{ topic: scores-a }]'

const one = section({
  name: text(NAME)
    .max(100, { error: NAME })
    .regex(/^[\w.-]+$/, { error: NAME })
    .optional(),
  input: topicName(),
  scores: z
    .array(scores, { error: SCORES })
    .min(1, { error: SCORES })
    .max(32, { error: `${SCORES}, at most 32` }),
  results: topicName().prefault('results'),
  decisions: topicName().prefault('decisions'),
  changelog: topicName().prefault('rendezvous-changelog'),
  control: topicName().prefault('control'),
  partitions: whole(1, 10_000, 'the number of partitions of topics that Sluice creates').prefault(1),
  dataType: dataType.prefault({ field: 'dataType' }),
  policies: z.record(z.string(), policySchema, { error: 'a map from data type to policy' }).prefault({}),
  id: section({ header: text('the name of the header that inputs and scores have the id of the message in') }).optional(),
  budget: section({
    header: text('the name of the header in which an input says how many ms it may wait').optional(),
    from: oneOf(['arrival', 'timestamp']).prefault('arrival'),
    to: oneOf(['decision', 'log']).prefault('decision'),
  }).prefault({}),
  commit: section({
    guarantee: oneOf(['exactly-once', 'at-least-once']).prefault('at-least-once'),
    intervalMs: whole(0, 60_000, 'how long a Kafka transaction stays open for more answers, in ms').prefault(5),
  }).prefault({}),
  limits: section({
    open: whole(1, 10_000_000, 'how many inputs of a partition may wait; no more are read then').prefault(100_000),
    held: whole(1, 10_000_000, 'how many scores of a partition may wait for their inputs').prefault(100_000),
    holdMs: whole(1, 86_400_000, 'how long a score waits for its input, in ms').prefault(10_000),
    rememberMs: whole(1, 86_400_000, 'how long answered inputs are remembered, in ms').prefault(10_000),
  }).prefault({}),
})

/** Servers that make one answer of what several models say. */
export const rendezvousSchema = z.array(
  one.transform((each) => ({ ...each, name: each.name ?? each.input })),
  { error: 'a list of rendezvous, each with input, scores and policies' },
)
