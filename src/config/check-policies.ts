import { policyProblems } from '../policies/spec/check-policy.ts'
import { policySchema } from './policies-schema.ts'
import { streamSettings, topicsSchema } from './schema.ts'
import { type Settings, valueAt } from './settings.ts'
import { type Path, pathText } from './source.ts'

/** Adds what is wrong with policies whose shape is right, with data types that have one and are not the stream's, and with topics of decisions. */
export function checkPolicies(settings: Settings): void {
  const report = (path: Path, message: string): void =>
    void settings.problems.push({ key: pathText(path), source: settings.sourceOf(path), message: `${pathText(path)} ${message}` })
  const streams = valueAt(settings.tree, ['streams']) ?? [{}]
  if (!Array.isArray(streams)) return
  for (const i of streams.keys()) {
    const at: Path = ['streams', i]
    checkPolicy([...at, 'policy'], settings, report)
    const policies = valueAt(settings.tree, [...at, 'policies'])
    for (const dataType of isGroup(policies) ? Object.keys(policies) : []) {
      checkPolicy([...at, 'policies', dataType], settings, report)
      const { data: known } = streamSettings.shape.dataTypes.safeParse(valueAt(settings.tree, [...at, 'dataTypes']))
      if (known !== undefined && !known.includes(dataType))
        report([...at, 'policies', dataType], `is for a data type that the stream does not carry; it must be one of ${known.join(', ')}`)
    }
    checkDecisions(at, settings, report)
  }
}

type Report = (path: Path, message: string) => void

function checkPolicy(path: Path, settings: Settings, report: Report): void {
  const value = valueAt(settings.tree, path)
  const { data: spec } = policySchema.safeParse(value)
  if (value === undefined || spec === undefined) return
  for (const problem of policyProblems(spec)) report([...path, ...partsOf(problem.path)], problem.message)
}

/** `answer.split.arms[0].percent` as the parts of a path. */
function partsOf(path: string): (string | number)[] {
  return path.split(/[.[\]]+/).flatMap((part) => (part === '' ? [] : [/^\d+$/.test(part) ? Number(part) : part]))
}

/** Streams may share a topic of decisions; it must be no other kind of topic. */
function checkDecisions(at: Path, settings: Settings, report: Report): void {
  const { decisions, input, output } = streamSettings.shape
  const { data: topic } = decisions.safeParse(valueAt(settings.tree, [...at, 'decisions']))
  if (topic === undefined) return
  for (const i of (valueAt(settings.tree, ['streams']) as readonly unknown[]).keys())
    for (const [key, schema] of [
      ['input', input],
      ['output', output],
    ] as const)
      // prettier-ignore
      if (schema.safeParse(valueAt(settings.tree, ['streams', i, key])).data === topic)
        report([...at, 'decisions'], `is '${topic}', which is streams[${i}].${key}; it must be a topic of its own`)
  for (const [key, schema] of Object.entries(topicsSchema.shape))
    if (schema.safeParse(valueAt(settings.tree, ['topics', key])).data === topic)
      report([...at, 'decisions'], `is '${topic}', which is Sluice's own (topics.${key}); it must be another topic`)
}

function isGroup(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
