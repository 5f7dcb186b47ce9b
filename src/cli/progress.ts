import { SingleBar } from 'cli-progress'
import { humanCount, humanDuration, humanSize } from './human.ts'
import type { Io } from './io.ts'

/** How far a long piece of work is. */
export interface Progress {
  /** `position` of the total that the progress was made with; `done` things so far. */
  update(position: number, done: number): void
  /** Clears the bar. Must be called, also after a failure. */
  end(): void
}

const LINE_EVERY_MS = 2000

/**
 * Shows progress on the error stream: a bar on a terminal, a plain line every two seconds elsewhere, nothing where output
 * is for programs. `total` is in bytes; undefined where it is not known.
 */
export function createProgress(io: Io, things: string, total: number | undefined, quiet: boolean): Progress {
  if (quiet) return { update() {}, end() {} }
  return io.stderr.isTTY === true && total !== undefined ? bar(io, things, total) : lines(io, things, total)
}

function bar(io: Io, things: string, total: number): Progress {
  const started = io.clock.monotonic()
  const progress = new SingleBar({
    stream: io.stderr,
    clearOnComplete: true,
    hideCursor: true,
    fps: 10,
    barsize: 30,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    format: (options, { progress: share }, { done }: { done: number }) => {
      const full = Math.round(share * 30)
      const left = share > 0.01 ? `, ${humanDuration(((io.clock.monotonic() - started) / share) * (1 - share))} left` : ''
      const shown = `${options.barCompleteString?.slice(0, full)}${options.barIncompleteString?.slice(0, 30 - full)}`
      return `${shown} ${Math.floor(share * 100)} %  ${humanCount(done)} ${things}, ${rate(io, started, done)}${left}`
    },
  })
  progress.start(Math.max(1, total), 0, { done: 0 })
  return {
    update: (position, done) => progress.update(Math.min(position, total), { done }),
    end: () => progress.stop(),
  }
}

function lines(io: Io, things: string, total: number | undefined): Progress {
  const started = io.clock.monotonic()
  let shown = started
  return {
    update(position, done) {
      const now = io.clock.monotonic()
      if (now - shown < LINE_EVERY_MS) return
      shown = now
      const share = total === undefined || total === 0 ? humanSize(position) : `${Math.floor((Math.min(position, total) / total) * 100)} %`
      io.stderr.write(`${humanCount(done)} ${things}, ${share}, ${rate(io, started, done)}\n`)
    },
    end() {},
  }
}

function rate(io: Io, started: number, done: number): string {
  const seconds = (io.clock.monotonic() - started) / 1000
  return `${humanCount(seconds > 0 ? done / seconds : 0)}/s`
}
