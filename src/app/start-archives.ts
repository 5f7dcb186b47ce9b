import type { Logger } from 'pino'
import { Archive, createFileDestination, createSample, createTopicDestination, createThreadedFiles, localDisk } from '../archives/index.ts'
import type { Config, StreamConfig } from '../config/index.ts'
import { asSluiceError, type SluiceError } from '../core/errors.ts'
import type { Log } from '../core/log.ts'
import type { Journal } from '../services/journal.ts'

export interface ArchivesOptions {
  readonly config: Config
  readonly log: Log
  readonly logger: Logger
  readonly journal: Journal
}

type ArchiveConfig = StreamConfig['archives'][number]

/** Begins with the archives of all streams. What they can't do is told, and nothing waits for them. */
export function startArchives(options: ArchivesOptions): readonly Archive[] {
  const { config } = options
  // A log in memory begins at offset 0 each time; its files are not to take the place of those of the time before.
  const era = config.log.kind === 'memory' ? new Date().toISOString().replaceAll(/\W/g, '') : undefined
  return config.streams.flatMap((stream) => stream.archives.map((archive) => startArchive(stream, archive, { ...options, era })))
}

function startArchive(
  stream: StreamConfig,
  archive: ArchiveConfig,
  options: ArchivesOptions & { readonly era: string | undefined },
): Archive {
  const { config, log, logger, journal } = options
  const { name } = archive
  const note = (error: SluiceError): void =>
    journal.note({ kind: 'archive', dataType: null, model: null, message: `archive '${name}': ${error.message}`, code: error.code })
  return new Archive({
    name,
    log,
    // No stream has a slash in its name, so that no group of a stream is called so.
    group: `${config.group}-${stream.name}/${name}`,
    input: stream.input,
    destination: destinationOf(stream, archive, options),
    onFailure(cause, retryInMs) {
      note(asSluiceError(cause, 'internal', 'it failed'))
      logger.error({ stream: stream.name, archive: name, err: cause, retryInMs }, 'the archive starts again from its last commit')
    },
    onGap(error) {
      note(error)
      logger.error({ stream: stream.name, archive: name, err: error }, 'records are missing in the archive')
    },
  })
}

function destinationOf(stream: StreamConfig, archive: ArchiveConfig, options: ArchivesOptions & { readonly era: string | undefined }) {
  const { log, era } = options
  const { name, to, fraction } = archive
  const sample = createSample(name, fraction)
  if ('topic' in to) return createTopicDestination({ log, topic: to.topic, sample })
  const { directory, format, rotate } = to
  return createFileDestination({
    archive: name,
    directory,
    format,
    sample,
    rotate: { bytes: rotate.bytes, afterMs: rotate.minutes * 60_000 },
    disk: localDisk,
    files: createThreadedFiles(),
    topicId: async () => era ?? log.topicId(stream.input),
  })
}
