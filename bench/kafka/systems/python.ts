import { join } from 'node:path'
import { Child } from '../child.ts'
import { fetchPython, PYTHON_SOURCES } from '../python.ts'
import { type System, FLOAT32_TOLERANCE } from './system.ts'

export interface PythonPeer {
  readonly name: string
  /** A module of bench/peers/python. */
  readonly module: string
  readonly model: string
}

/** A peer in Python, in one process. */
export function pythonPeer({ name, module, model }: PythonPeer): System {
  return {
    name,
    answers: 'numbers',
    tolerance: FLOAT32_TOLERANCE,
    async start({ stage, input, output, group, guarantee, prompt, directory }) {
      const packages = await fetchPython()
      const options = { bootstrap: stage.bootstrap, input, output, group, guarantee, linger: prompt ? 0 : 5, directory, model }
      const words = Object.entries(options).map(([key, value]) => `${key}=${value}`)
      return new Child(['python3', join(PYTHON_SOURCES, `${module}.py`), ...words], {
        name,
        output: join(directory, 'output.log'),
        cwd: directory,
        env: { PYTHONPATH: packages, PYTHONDONTWRITEBYTECODE: '1', OMP_NUM_THREADS: '1' },
      })
    },
  }
}
