import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const SCRIPT = fileURLToPath(new URL('../fixtures/give-up-loading.ts', import.meta.url))

test('an ONNX model that takes too long to load is given up, and its worker takes nothing else with it', async () => {
  // Rejects where the process aborts, or ends while it still waits.
  const { stdout } = await promisify(execFile)(process.execPath, [SCRIPT])
  const became = stdout.trim().split('\n')
  expect(became).toContain('model.load.timeout')
  expect([...new Set(became)].filter((one) => one !== 'loaded')).toEqual(['model.load.timeout'])
})
