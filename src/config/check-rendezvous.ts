import { type Settings, valueAt } from './settings.ts'
import { type Path, pathText } from './source.ts'

const OWN = ['results', 'decisions', 'changelog'] as const

/**
 * Adds what is wrong between settings of rendezvous that are right by themselves: topics that two of them would write, and a node without
 * anything to do. Leaves out values that are wrong by themselves.
 */
export function checkRendezvous(settings: Settings): void {
  const report = (path: Path, message: string): void =>
    void settings.problems.push({ key: pathText(path), source: settings.sourceOf(path), message: `${pathText(path)} ${message}` })
  const all = listAt(settings, ['rendezvous'])
  const streams = valueAt(settings.tree, ['streams'])
  if (Array.isArray(streams) && streams.length === 0 && all.length === 0)
    report(['streams'], 'is [], but must be a list of at least one stream')
  const written = new Map<string, string>()
  for (const i of all.keys()) {
    const at: Path = ['rendezvous', i]
    const read = new Map<unknown, Path>([[valueAt(settings.tree, [...at, 'input']), [...at, 'input']]])
    for (const k of listAt(settings, [...at, 'scores']).keys()) {
      const path: Path = [...at, 'scores', k, 'topic']
      const topic = valueAt(settings.tree, path)
      const before = read.get(topic)
      if (before !== undefined) report(path, `is '${String(topic)}', as ${pathText(before)} is; each must be a topic of its own`)
      else if (topic !== undefined) read.set(topic, path)
    }
    for (const key of OWN) {
      const path: Path = [...at, key]
      const given = valueAt(settings.tree, path)
      const topic = typeof given === 'string' ? given : key === 'changelog' ? 'rendezvous-changelog' : key
      const before = written.get(topic) ?? (read.has(topic) ? pathText(read.get(topic)!) : undefined)
      if (before !== undefined) report(path, `is '${topic}', as ${before} is; each must be a topic of its own`)
      else written.set(topic, pathText(path))
    }
  }
}

function listAt(settings: Settings, path: Path): readonly unknown[] {
  const given = valueAt(settings.tree, path)
  return Array.isArray(given) ? given : []
}
