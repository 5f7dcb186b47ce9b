import type { JsonObject } from '../../document/json.ts'
import type { Operand } from '../operand.ts'
import type { Site } from '../site.ts'

/** Compiles a special form. */
export type Form = (json: JsonObject, site: Site) => Operand

/** Special forms by their keys, sorted and joined by commas. */
export type FormTable = Readonly<Record<string, Form>>
