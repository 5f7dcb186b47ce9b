import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { SluiceError } from '../../core/errors.ts'

/** The environment variable that names the folder with TensorFlow's libraries. That it is set is what lets models choose this engine. */
export const LIBRARIES_VARIABLE = 'SLUICE_TENSORFLOW'

/** TensorFlow's shared libraries, in the order in which they are loaded. */
export interface TensorFlowLibraries {
  readonly framework: string
  readonly api: string
}

const FILES = {
  linux: { framework: 'libtensorflow_framework.so.2', api: 'libtensorflow_cc.so.2' },
  darwin: { framework: 'libtensorflow_framework.2.dylib', api: 'libtensorflow_cc.2.dylib' },
} as const

/** Finds the libraries in the folder. Throws `model.runtime.failed` saying how to get them where they are not there. */
export function findLibraries(folder: string | undefined): TensorFlowLibraries {
  const how = `\`npm run fetch -- tensorflow\` fetches them and prints their folder, which ${LIBRARIES_VARIABLE} then names`
  if (folder === undefined || folder === '') throw new SluiceError('model.runtime.failed', `TensorFlow's libraries are not set up; ${how}`)
  const { framework, api } = process.platform === 'darwin' ? FILES.darwin : FILES.linux
  const found = { framework: join(folder, framework), api: join(folder, api) }
  const absent = Object.values(found).find((file) => !existsSync(file))
  if (absent !== undefined) throw new SluiceError('model.runtime.failed', `TensorFlow's library ${absent} is not there; ${how}`)
  return found
}
