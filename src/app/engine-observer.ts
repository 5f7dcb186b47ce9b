import type { Logger } from 'pino'
import { asSluiceError } from '../core/errors.ts'
import type { EngineObserver } from '../engines/local/observer.ts'
import type { Journal } from '../services/journal.ts'
import type { StreamContext } from '../services/stream-context.ts'
import type { StreamMonitor } from '../services/stream-monitor.ts'

type Monitored = readonly { readonly context: StreamContext; readonly monitor: StreamMonitor }[]

/** Tells monitors, journal and logger what the engines do. */
export function createObserver(streams: Monitored, journal: Journal, logger: Logger): EngineObserver {
  const monitorOf = (stream: string): StreamMonitor => streams.find(({ context }) => context.name === stream)!.monitor
  return {
    assigned(stream, lanes, from) {
      monitorOf(stream).assigned(lanes, from)
      logger.info({ stream, partitions: lanes.map((lane) => lane.partition) }, 'partitions assigned')
    },
    released(stream, lanes) {
      monitorOf(stream).released(lanes)
      logger.info({ stream, partitions: lanes.map((lane) => lane.partition) }, 'partitions released')
    },
    answered(stream, work, answers) {
      monitorOf(stream).answered(work, answers)
      for (const marker of answers.markers) logger.info({ stream, ...marker }, 'swap')
    },
    held(stream, partition, dataType) {
      const isNews = monitorOf(stream).hold(partition, dataType)
      if (dataType === null || !isNews) return
      const message = `records of stream '${stream}' wait for a model of data type '${dataType}'`
      journal.note({ kind: 'hold', dataType, model: null, message, code: 'record.no-model' })
      logger.warn({ stream, dataType }, 'records wait for a model')
    },
    failed(stream, cause, retryInMs) {
      const error = asSluiceError(cause, 'internal', `stream '${stream}' failed`)
      journal.note({ kind: 'engine', dataType: null, model: null, message: error.message, code: error.code })
      logger.error({ stream, err: cause, retryInMs }, 'the stream starts again from its last commit')
    },
  }
}
