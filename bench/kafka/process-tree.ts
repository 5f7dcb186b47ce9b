import { readdirSync, readFileSync } from 'node:fs'

/** Linux counts CPU time in hundredths of a second in /proc, whatever its kernel's own clock. */
const NANOS_PER_TICK = 10_000_000

/** A process and its descendants, as they are now. Needs Linux. */
export class ProcessTree {
  readonly #root: number

  constructor(root: number) {
    this.#root = root
  }

  /** User and system time in ns of all of them and of those descendants that have ended and were waited for. */
  cpuNanos(): number {
    let ticks = 0
    for (const pid of this.#pids()) for (const field of statOf(pid).slice(13, 17)) ticks += Number(field)
    return ticks * NANOS_PER_TICK
  }

  /** The memory in bytes that is theirs in RAM; what they share is counted for each. */
  residentBytes(): number {
    let kilobytes = 0
    for (const pid of this.#pids()) kilobytes += Number(/^VmRSS:\s+(\d+)/m.exec(readProc(pid, 'status'))?.[1] ?? 0)
    return kilobytes * 1024
  }

  /** Sends all of them a signal. */
  signal(signal: 'SIGSTOP' | 'SIGCONT' | 'SIGKILL' | 'SIGTERM'): void {
    for (const pid of this.#pids()) {
      try {
        process.kill(pid, signal)
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
      }
    }
  }

  #pids(): number[] {
    const children = new Map<number, number[]>()
    for (const entry of readdirSync('/proc')) {
      const parent = /^\d+$/.test(entry) ? Number(statOf(Number(entry))[3]) : NaN
      if (!Number.isNaN(parent)) children.set(parent, [...(children.get(parent) ?? []), Number(entry)])
    }
    const found = [this.#root]
    for (let i = 0; i < found.length; i++) found.push(...(children.get(found[i]!) ?? []))
    return found
  }
}

/** The fields of /proc/<pid>/stat, numbered as in its manual less one; none where there is no such process. */
function statOf(pid: number): string[] {
  const text = readProc(pid, 'stat')
  // The second is the program's name in parentheses, which may have anything in it.
  const end = text.lastIndexOf(')')
  return end < 0 ? [] : ['', '', ...text.slice(end + 2).split(' ')]
}

function readProc(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch {
    return ''
  }
}
