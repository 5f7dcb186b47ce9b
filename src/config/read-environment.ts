import type { z } from 'zod'
import { nearest } from './nearest.ts'
import { childOf, fromText, keysOf, leavesOf } from './schema-walk.ts'
import type { Settings } from './settings.ts'
import type { Path } from './source.ts'

const PREFIX = 'SLUICE_'

/** Variables that start with SLUICE_ and are no settings: the command line's own, and those of tests and scripts. */
const OTHERS = new Set(['SLUICE_CONFIG', 'SLUICE_SERVER', 'SLUICE_SHARED', 'SLUICE_CACHE', 'SLUICE_KAFKA'])
/** Secrets, which are never part of the configuration: it may be shown. */
const SECRETS = new Set(['SLUICE_KAFKA_PASSWORD', 'SLUICE_KAFKA_TOKEN', 'SLUICE_KAFKA_CLIENT_SECRET', 'SLUICE_KAFKA_KEY_PASSWORD'])
/** Kubernetes sets these in every pod beside a service that is called `sluice`; and SLUICE_TEST_ is free for tests. */
const IGNORED = /^SLUICE_(SERVICE_(HOST|PORT(_.*)?)|PORT(_\d+_.*)?|TEST_.*)$/

/** `SLUICE_HTTP_MAX_BODY_BYTES` for `http.maxBodyBytes`; list items by place: `SLUICE_STREAMS_0_INPUT`. */
export function variableName(path: Path): string {
  return PREFIX + path.map((part) => upper(String(part))).join('_')
}

/** Lays SLUICE_ variables over the settings. One that is empty counts as not set; one that names no setting is a problem. */
export function readEnvironment(env: Readonly<Record<string, string | undefined>>, schema: z.core.$ZodType, settings: Settings): void {
  for (const variable of Object.keys(env).sort()) {
    const text = env[variable]
    if (
      !variable.startsWith(PREFIX) ||
      text === undefined ||
      text === '' ||
      OTHERS.has(variable) ||
      SECRETS.has(variable) ||
      IGNORED.test(variable)
    )
      continue
    const source = { kind: 'environment', variable } as const
    const found = find(variable.slice(PREFIX.length), schema)
    if (found !== undefined) settings.set(found.path, fromText(text, found.schema), source)
    else {
      const close = nearest(variable, leavesOf(schema).map(variableName))
      const advice = close === undefined ? 'SLUICE_HTTP_PORT sets http.port, and so on' : `did you mean ${close}?`
      settings.problems.push({ key: variable, source, message: `${variable} names no setting; ${advice}` })
    }
  }
}

interface Found {
  readonly path: Path
  readonly schema: z.core.$ZodType
}

/** Which setting `STREAMS_0_DATA_TYPE` names: `DATA_TYPE` and `DATA_TYPES` are both there, so all keys are tried. */
function find(name: string, schema: z.core.$ZodType, path: Path = []): Found | undefined {
  const index = /^(\d{1,9})(?=_|$)/.exec(name)?.[1]
  const parts = index === undefined ? keysOf(schema) : [Number(index)]
  for (const part of parts) {
    const label = upper(String(part))
    const child = childOf(schema, part)
    if (child === undefined) continue
    if (name === label) return { path: [...path, part], schema: child }
    const found = name.startsWith(`${label}_`) ? find(name.slice(label.length + 1), child, [...path, part]) : undefined
    if (found !== undefined) return found
  }
  return undefined
}

function upper(name: string): string {
  return name.replaceAll(/([a-z])([A-Z])/g, '$1_$2').toUpperCase()
}
