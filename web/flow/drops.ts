import type { Course } from './curve.ts'

/** The channel that drops travel. Rates and the gate may change at any time; drops on their way keep going. */
export interface Channel {
  course: Course
  /** Distance from the start at which the gate's blade stands; Infinity where there is no gate. */
  gateAt: number
  /** Water's width, within which drops spread. */
  width: number
  /** Records per second that enter. */
  rate: number
  /** Whether the gate lets drops through. */
  open: boolean
  /** The colour that a drop takes on at the gate: the version that answers now. */
  colour: number
  /** The colour that a drop enters with. */
  entry: number
}

/** One drop: a number of records on their way. */
export interface Drop {
  channel: Channel
  at: number
  /** Its place across the channel, -1 to 1. */
  readonly lane: number
  /** Its own pace: 1 is the channel's. */
  readonly pace: number
  colour: number
}

const QUEUE_GAP = 5
const QUEUE_LIMIT = 40

/** How many records a drop stands for, so that at most about this many drops enter per second; 1, 2, 5, 10, 20, 50 … */
export function recordsPerDrop(rate: number, dropsPerSecond = 70): number {
  const needed = rate / dropsPerSecond
  if (needed <= 1) return 1
  const power = 10 ** Math.floor(Math.log10(needed))
  return [1, 2, 5, 10].map((digit) => digit * power).find((step) => step >= needed * 0.999) ?? 10 * power
}

/** As `recordsPerDrop`, but stays with what it is as long as that looks right, so that the picture's scale rarely changes. */
export function settledScale(current: number, rate: number): number {
  const drops = rate / current
  return drops > 90 || (drops < 18 && current > 1) ? recordsPerDrop(rate) : current
}

/** How fast drops of a channel go, in pixels per second: steady, and a little faster where more flows. */
export function speedOf(rate: number): number {
  return 70 + 22 * Math.log10(1 + Math.max(0, rate))
}

/** All drops of a picture. Deterministic for a given source of random numbers. */
export class Drops {
  readonly all: Drop[] = []
  recordsPerDrop = 1
  readonly #owed = new Map<Channel, number>()
  readonly #random: () => number

  constructor(random: () => number) {
    this.#random = random
  }

  /** Lets `seconds` pass: drops enter in proportion to each channel's rate, move, change colour at the gate, and leave. */
  advance(channels: readonly Channel[], seconds: number): void {
    for (const channel of channels) this.#enter(channel, seconds)
    const queued = new Map<Channel, number>()
    let kept = 0
    for (const drop of this.all) {
      const { channel } = drop
      const before = drop.at
      drop.at += speedOf(channel.rate) * drop.pace * seconds
      if (before < channel.gateAt && drop.at >= channel.gateAt - QUEUE_LIMIT * QUEUE_GAP && !channel.open) this.#queue(drop, before, queued)
      if (before < channel.gateAt && drop.at >= channel.gateAt) drop.colour = channel.colour
      if (drop.at < channel.course.length && channels.includes(channel)) this.all[kept++] = drop
    }
    this.all.length = kept
  }

  #enter(channel: Channel, seconds: number): void {
    let owed = (this.#owed.get(channel) ?? this.#random()) + (channel.rate * seconds) / this.recordsPerDrop
    // After a pause (a hidden tab) nobody wants to see everything at once.
    owed = Math.min(owed, 8)
    for (; owed >= 1; owed--) {
      const drop = {
        channel,
        at: -10 * this.#random(),
        lane: this.#random() * 2 - 1,
        pace: 0.8 + 0.4 * this.#random(),
        colour: channel.entry,
      }
      this.all.push(drop)
    }
    this.#owed.set(channel, owed)
  }

  /** Keeps a drop in the queue behind a closed gate, each behind the one that came before it. */
  #queue(drop: Drop, before: number, queued: Map<Channel, number>): void {
    const place = queued.get(drop.channel) ?? 0
    const limit = drop.channel.gateAt - 8 - Math.min(place, QUEUE_LIMIT) * QUEUE_GAP
    if (drop.at < limit) return
    drop.at = Math.max(before, Math.min(drop.at, limit))
    queued.set(drop.channel, place + 1)
    if (place >= QUEUE_LIMIT) drop.at = Number.POSITIVE_INFINITY
  }
}
