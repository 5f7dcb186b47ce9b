import { mkdir, open, readdir, rename, rm } from 'node:fs/promises'

/** A file that is being written, from its beginning to its end. */
export interface DiskFile {
  write(bytes: Uint8Array): Promise<void>
  /** Resolves when all that was written outlives a power cut. */
  sync(): Promise<void>
  close(): Promise<void>
}

/** What archives need of a file system. Tests have one that is slow, or full. */
export interface Disk {
  makeDirectory(path: string): Promise<void>
  /** The names in a folder. */
  list(path: string): Promise<readonly string[]>
  /** Creates a file that is not there yet. */
  create(path: string): Promise<DiskFile>
  /** Gives a file another name at once, in place of a file that has it. */
  rename(from: string, to: string): Promise<void>
  /** Removes a file where it is there. */
  remove(path: string): Promise<void>
  /** Resolves when the names of a folder outlive a power cut. */
  syncDirectory(path: string): Promise<void>
}

/** The file system of this machine. */
export const localDisk: Disk = {
  async makeDirectory(path) {
    await mkdir(path, { recursive: true })
  },
  list: (path) => readdir(path),
  async create(path) {
    const handle = await open(path, 'wx')
    return {
      async write(bytes) {
        for (let at = 0; at < bytes.length;) at += (await handle.write(bytes, at)).bytesWritten
      },
      sync: () => handle.sync(),
      close: () => handle.close(),
    }
  },
  rename: (from, to) => rename(from, to),
  remove: (path) => rm(path, { force: true }),
  async syncDirectory(path) {
    await using handle = await open(path)
    await handle.sync()
  },
}
