import { setTimeout as pause } from 'node:timers/promises'
import { type Disk, localDisk } from '../disk.ts'

/** For tests: the local disk, with troubles that begin and end when the test says so. */
export class TrialDisk implements Disk {
  /** Each write waits for this. */
  hold: Promise<void> = Promise.resolve()
  /** So many bytes may still be written, in all files together. */
  room = Infinity
  /** A rename fails before it is done. */
  failsToRename = false
  /** What was done, in order: `sync`, `rename`, `sync directory`. */
  readonly done: string[] = []
  readonly makeDirectory = (path: string) => localDisk.makeDirectory(path)
  readonly list = (path: string) => localDisk.list(path)
  readonly remove = (path: string) => localDisk.remove(path)

  async create(path: string) {
    const file = await localDisk.create(path)
    return {
      write: async (bytes: Uint8Array): Promise<void> => {
        await this.hold
        if (bytes.length > this.room) throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
        this.room -= bytes.length
        await file.write(bytes)
      },
      sync: async (): Promise<void> => {
        await file.sync()
        this.done.push('sync')
      },
      close: () => file.close(),
    }
  }

  async rename(from: string, to: string): Promise<void> {
    if (this.failsToRename) throw new Error('EIO: i/o error, rename')
    await localDisk.rename(from, to)
    this.done.push('rename')
  }

  async syncDirectory(path: string): Promise<void> {
    await localDisk.syncDirectory(path)
    this.done.push('sync directory')
  }
}

/** For tests: looks again until it holds. What a look throws counts as "not yet". */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 4500
  while (
    !(await Promise.resolve()
      .then(holds)
      .catch(() => false))
  ) {
    if (performance.now() > deadline) throw new Error(`not within 4.5 s: ${holds.toString()}`)
    await pause(5)
  }
}
