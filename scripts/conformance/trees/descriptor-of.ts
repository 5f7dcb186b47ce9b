import { sha256Of } from '../../../src/registry/descriptor.ts'
import type { ModelDescriptor } from '../../../src/core/model.ts'

export function descriptorOf(format: ModelDescriptor['format'], bytes: Uint8Array, metadata: ModelDescriptor['metadata']): ModelDescriptor {
  return { name: 'judged', version: '1', description: '', dataType: 'judged', format, sha256: sha256Of(bytes), inputs: {}, metadata }
}
