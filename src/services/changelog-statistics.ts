import type { Log, TopicPartition } from '../core/log.ts'
import { ModelStatistics, type StatisticsRecord } from '../core/statistics.ts'
import { Changelog } from './changelog.ts'

/** What one model did in one partition of an input, wherever that is worked on. */
export interface PlacedStatistics extends TopicPartition {
  readonly statistics: ModelStatistics
}

/** The statistics that all members of the group have committed. */
export class ChangelogStatistics extends Changelog<PlacedStatistics> {
  constructor(log: Log, topic: string) {
    super(log, topic, (value) => {
      const record = JSON.parse(value) as StatisticsRecord & TopicPartition
      return { topic: record.topic, partition: record.partition, statistics: ModelStatistics.fromJSON(record) }
    })
  }
}

/** The statistics of the partitions that are worked on here, which are the newest, and of all others as their owners committed them. */
export async function wholeGroup(here: Iterable<PlacedStatistics>, changelog: ChangelogStatistics | undefined): Promise<ModelStatistics[]> {
  const local = [...here]
  const places = new Set(local.map(placeOf))
  const elsewhere = changelog === undefined ? [] : [...(await changelog.read())].filter((one) => !places.has(placeOf(one)))
  return [...local, ...elsewhere].map(({ statistics }) => statistics)
}

function placeOf({ topic, partition }: TopicPartition): string {
  return `${topic}-${partition}`
}
