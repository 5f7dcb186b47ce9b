import { readdir, readFile } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'

/** Stops a process as a machine that hangs: its connections stay open, nothing of it runs. Resolves when every thread of it stands still. */
export async function stopProcess(pid: number): Promise<void> {
  process.kill(pid, 'SIGSTOP')
  while (!(await standsStill(pid))) await pause(1)
}

async function standsStill(pid: number): Promise<boolean> {
  const folder = `/proc/${pid}/task`
  for (const thread of await readdir(folder)) {
    // A thread may have ended since it was listed.
    const stat = await readFile(`${folder}/${thread}/stat`, 'utf8').catch(() => undefined)
    const state = stat?.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3)
    if (state !== undefined && !['T', 't', 'X', 'Z'].includes(state)) return false
  }
  return true
}
