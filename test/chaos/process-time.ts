import { readdir, readFile } from 'node:fs/promises'

/** Ticks of a second, as Linux counts them for programs (`USER_HZ`). */
const TICKS = 100

/** A node's group in its command line, in which words end with a zero. */
const GROUP = /group=[^\0]*?-(\w+)\0/

/** What the processes of a measurement have used of processors, in ms, by what they are. */
export type ProcessTimes = ReadonlyMap<string, number>

/** The processor time of this process, the `driver`, and of what it started: the broker, and nodes by what their groups' names end with. */
export async function processTimes(): Promise<ProcessTimes> {
  const times = new Map<string, number>()
  const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const read = await Promise.all(ids.map(async (id) => readProcess(id).catch(() => undefined)))
  for (const found of read) {
    if (found === undefined || (found.parent !== process.pid && found.id !== process.pid)) continue
    const name = found.id === process.pid ? 'driver' : nameOf(found.commandLine)
    if (name !== undefined) times.set(name, (times.get(name) ?? 0) + found.milliseconds)
  }
  return times
}

/** What each used between two measurements, in microseconds for each of so many records. */
export function perRecord(before: ProcessTimes, after: ProcessTimes, records: number): string {
  return [...after].map(([name, time]) => `${name} ${Math.round(((time - (before.get(name) ?? 0)) / records) * 1000)}`).join(', ')
}

async function readProcess(id: string) {
  const [stat, commandLine] = await Promise.all([readFile(`/proc/${id}/stat`, 'utf8'), readFile(`/proc/${id}/cmdline`, 'utf8')])
  // The name in brackets may have spaces.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const milliseconds = ((Number(fields[11]) + Number(fields[12])) * 1000) / TICKS
  return { id: Number(id), parent: Number(fields[1]), commandLine, milliseconds }
}

function nameOf(commandLine: string): string | undefined {
  return commandLine.includes('kafka.Kafka') ? 'broker' : GROUP.exec(commandLine)?.[1]
}
