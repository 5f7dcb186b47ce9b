import { createHash } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { TopicPartition } from '../../core/log.ts'
import type { LaneSnapshot, SnapshotStore } from './lane-snapshot.ts'

/** Keeps snapshots as files in a folder, which is made when it is needed. A file that is damaged counts as none. `owner` tells groups and streams apart. */
export function createSnapshotFiles(folder: string, owner: string): SnapshotStore {
  const fileOf = ({ topic, partition }: TopicPartition): string =>
    join(folder, `${encodeURIComponent(owner)}.${encodeURIComponent(topic)}-${partition}.json`)
  return {
    async load(partition) {
      try {
        const text = await readFile(fileOf(partition), 'utf8')
        const end = text.indexOf('\n')
        const body = text.slice(end + 1)
        const snapshot = JSON.parse(body) as LaneSnapshot
        return text.slice(0, end) === digestOf(body) && snapshot.format === 2 ? snapshot : undefined
      } catch {
        return undefined
      }
    },
    async save(partition, snapshot) {
      const body = JSON.stringify(snapshot)
      const file = fileOf(partition)
      await mkdir(folder, { recursive: true })
      // Renamed when it is whole, so that a crash leaves the one before.
      const part = `${file}.${process.pid}.part`
      await writeFile(part, `${digestOf(body)}\n${body}`)
      await rename(part, file)
    },
  }
}

function digestOf(body: string): string {
  return createHash('sha256').update(body).digest('hex')
}
