import { archivesSchema } from './archives-schema.ts'
import { topicName } from './schema-parts.ts'
import { type Settings, valueAt } from './settings.ts'
import { type Path, pathText } from './source.ts'

export interface ArchiveChecks {
  /** The topics that are something else already, and the setting that says so. */
  readonly topics: ReadonlyMap<string, Path>
  readonly report: (path: Path, message: string) => void
}

/** Reports names that two archives have, and topics that are not an archive's own. */
export function checkArchives(settings: Settings, { topics, report }: ArchiveChecks): void {
  const { name } = archivesSchema.element.shape
  const names = new Map<string, Path>()
  const used = new Map(topics)
  for (const at of archivesOf(settings)) {
    const called = name.safeParse(valueAt(settings.tree, [...at, 'name'])).data
    const other = called === undefined ? undefined : names.get(called)
    if (other !== undefined) report([...at, 'name'], `is '${called}', as ${pathText(other)} is; each archive must have its own`)
    else if (called !== undefined) names.set(called, [...at, 'name'])
    const place = [...at, 'to', 'topic']
    const topic = topicName().safeParse(valueAt(settings.tree, place)).data
    const owner = topic === undefined ? undefined : used.get(topic)
    if (owner !== undefined) report(place, `is '${topic}', as ${pathText(owner)} is; an archive must have a topic of its own`)
    else if (topic !== undefined) used.set(topic, place)
  }
}

function archivesOf(settings: Settings): Path[] {
  return itemsOf(settings, ['streams']).flatMap((stream) => itemsOf(settings, [...stream, 'archives']))
}

/** The paths of the items of a list. */
function itemsOf(settings: Settings, path: Path): Path[] {
  const list = valueAt(settings.tree, path)
  return Array.isArray(list) ? list.map((_, i) => [...path, i]) : []
}
