import { readFile } from 'node:fs/promises'
import type { Config } from '../config/index.ts'
import { SluiceError } from '../core/errors.ts'
import type { SchemaRegistry } from '../core/schema-registry.ts'
import { createRegistryClient } from '../schemas/registry-client.ts'

/** A client of the configured schema registry, or undefined where there is none. */
export async function openRegistry({ registry, credentials, timeoutMs }: Config['schemas']): Promise<SchemaRegistry | undefined> {
  if (registry === null) return undefined
  return createRegistryClient({ url: registry, timeoutMs, ...(credentials !== null && { credentials: await secretIn(credentials) }) })
}

async function secretIn(path: string): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).trim()
  } catch (cause) {
    throw new SluiceError('config.unreadable', `schemas.credentials can't be read: ${path}: ${(cause as Error).message}`, { cause })
  }
}
