import type { Logger } from 'pino'
import { type ConfigFlag, loadConfig } from '../config/index.ts'
import type { ModelDefinition } from '../models/function/define-model.ts'
import { SluiceNode } from './node.ts'

export interface CreateNodeOptions {
  /** As in `sluice.yaml`: `memory`, `sqlite:<path>`, `kafka:<host:port>`. `memory` where absent. */
  readonly log?: string
  /** As in `sluice.yaml`. */
  readonly streams?: readonly Readonly<Record<string, unknown>>[]
  /** Any other setting of `sluice.yaml`, by its path: `{ 'models.history': 3 }`. */
  readonly settings?: Readonly<Record<string, unknown>>
  /** Models in code. */
  readonly models?: readonly ModelDefinition[]
  /** Whether to answer HTTP (and show the page); no where absent. */
  readonly http?: boolean
  readonly logger?: Logger
}

/**
 * Starts a node in this process. It is ready when the promise resolves. Throws `config.invalid` and what keeps a node from
 * starting; `await using` or `[Symbol.asyncDispose]` ends it with everything committed.
 */
export async function createNode(options: CreateNodeOptions = {}): Promise<SluiceNode> {
  const { log = 'memory', streams, settings = {}, models = [], http = false, logger } = options
  const given = { ...settings, log, ...(streams && { streams }) }
  const flags = Object.entries(given).map(([key, value]): ConfigFlag => ({ flag: 'createNode', key, value: textOf(value) }))
  const config = loadConfig({ file: null, env: {}, flags, cwd: process.cwd() })
  return SluiceNode.start({ config, definitions: models, http, ...(logger && { logger }) })
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
