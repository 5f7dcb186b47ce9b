import { z } from 'zod'
import { oneOf, section, size, text, topicName } from './schema-parts.ts'

const NAME = 'a name of at most 100 letters, digits, dots, dashes and underscores'
const TO = '{ topic: <name> } or { directory: <path>, format: ndjson | parquet }'
const FRACTION = 'a number of more than 0 and at most 1: which part of the records is archived'
const MINUTES = 'a number of minutes, of more than 0 and at most 1440, after which a file is complete'

/** Where an archive goes. */
const destination = z.union(
  [
    section({ topic: topicName() }),
    section({
      directory: text('the path of a folder'),
      format: oneOf(['ndjson', 'parquet']).prefault('ndjson'),
      rotate: section({
        bytes: size(1024).prefault('64MiB'),
        minutes: z.number({ error: MINUTES }).positive({ error: MINUTES }).max(1440, { error: MINUTES }).prefault(10),
      }).prefault({}),
    }),
  ],
  { error: TO },
)

/** Consumers of a stream's input that keep it as it was seen; policies name them as decoys. */
export const archivesSchema = z.array(
  section({
    name: text(NAME)
      .max(100, { error: NAME })
      .regex(/^[\w.-]+$/, { error: NAME }),
    to: destination,
    fraction: z.number({ error: FRACTION }).positive({ error: FRACTION }).max(1, { error: FRACTION }).prefault(1),
  }),
  { error: 'a list of archives, each with a name and to' },
)

type Destination = z.output<typeof destination>

/** The destination with its path, where it has one, made absolute. */
export function resolveDestination(to: Destination, absolute: (path: string) => string): Destination {
  return 'directory' in to ? { ...to, directory: absolute(to.directory) } : to
}
