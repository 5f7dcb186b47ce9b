import { type Channel, type Drop, Drops, speedOf } from './drops.ts'

/** Colours by number, and what a drop that no version has answered yet, or that was rejected, looks like. */
export interface Tones {
  readonly versions: readonly string[]
  readonly unanswered: string
  readonly rejected: string
}

/** A drop's colour before the gate, and on the way to the dead letters. */
export const UNANSWERED = -1
export const REJECTED = -2

const POINT = 4

/**
 * Draws the drops of one stream on a canvas, 60 times a second while the canvas is in sight and anything moves. Where motion is
 * not wanted it draws a still picture with as many drops per stretch of water as there would be.
 */
export class FlowPainter {
  channels: Channel[] = []
  drops = new Drops(Math.random)
  tones: Tones
  readonly #canvas: HTMLCanvasElement
  readonly #still: boolean
  readonly #observer: IntersectionObserver
  #frame = 0
  #last = 0
  #inSight = true
  #halted = false

  constructor(canvas: HTMLCanvasElement, tones: Tones, still: boolean) {
    this.#canvas = canvas
    this.#still = still
    this.tones = tones
    this.#observer = new IntersectionObserver((entries) => {
      this.#inSight = entries.at(-1)?.isIntersecting ?? true
      this.#run()
    })
    this.#observer.observe(canvas)
  }

  /** Takes over what flows now. `halted` freezes the picture: nobody knows what flows while the node can't be heard. */
  update(channels: Channel[], options: { readonly recordsPerDrop: number; readonly halted: boolean }): void {
    this.channels = channels
    this.drops.recordsPerDrop = options.recordsPerDrop
    this.#halted = options.halted
    const { clientWidth, clientHeight } = this.#canvas
    const scale = Math.min(2, devicePixelRatio)
    const width = Math.round(clientWidth * scale)
    const height = Math.round(clientHeight * scale)
    if (this.#canvas.width !== width || this.#canvas.height !== height) Object.assign(this.#canvas, { width, height })
    if (this.#still) this.#paintStill()
    else this.#run()
  }

  dispose(): void {
    cancelAnimationFrame(this.#frame)
    this.#observer.disconnect()
    this.#inSight = false
  }

  #run(): void {
    if (this.#still || this.#frame !== 0 || !this.#inSight) return
    this.#last = performance.now()
    this.#frame = requestAnimationFrame((now) => this.#tick(now))
  }

  #tick(now: number): void {
    this.#frame = 0
    if (!this.#halted) this.drops.advance(this.channels, Math.min(0.1, (now - this.#last) / 1000))
    this.#last = now
    this.#paint()
    const moves = this.drops.all.length > 0 || this.channels.some(({ rate }) => rate > 0)
    if (this.#inSight && moves && !this.#halted) this.#frame = requestAnimationFrame((next) => this.#tick(next))
  }

  #paintStill(): void {
    let seed = 7
    const random = (): number => (seed = (seed * 16807) % 2147483647) / 2147483647
    const drops = new Drops(random)
    drops.recordsPerDrop = this.drops.recordsPerDrop
    for (let i = 0; i < 120; i++) drops.advance(this.channels, 0.1)
    this.drops = drops
    this.#paint()
  }

  #paint(): void {
    const context = this.#canvas.getContext('2d')
    if (context === null) return
    const scale = this.#canvas.width / (this.#canvas.clientWidth || 1)
    context.setTransform(scale, 0, 0, scale, 0, 0)
    context.clearRect(0, 0, this.#canvas.clientWidth, this.#canvas.clientHeight)
    context.lineCap = 'round'
    for (const colour of new Set(this.drops.all.map((drop) => drop.colour))) {
      context.strokeStyle = this.#tone(colour)
      context.lineWidth = colour === REJECTED ? 3.6 : 2.4
      context.beginPath()
      for (const drop of this.drops.all) if (drop.colour === colour) traceDrop(context, drop)
      context.stroke()
    }
  }

  #tone(colour: number): string {
    if (colour === UNANSWERED) return this.tones.unanswered
    return colour === REJECTED ? this.tones.rejected : (this.tones.versions[colour] ?? this.tones.unanswered)
  }
}

/** A short streak that follows the water. */
function traceDrop(context: CanvasRenderingContext2D, { channel, at, lane }: Drop): void {
  const { points, step } = channel.course
  const last = points.length / POINT - 1
  const spread = Math.max(0, channel.width / 2 - 2.5) * lane
  const tail = Math.max(0, at - Math.min(11, speedOf(channel.rate) / 16))
  if (at < 0) return
  for (const [index, distance] of [tail, at].entries()) {
    const place = Math.min(last - 1, Math.floor(distance / step))
    const t = Math.min(1, distance / step - place)
    const p = place * POINT
    const x = points[p]! + (points[p + POINT]! - points[p]!) * t + points[p + 2]! * spread
    const y = points[p + 1]! + (points[p + 1 + POINT]! - points[p + 1]!) * t + points[p + 3]! * spread
    if (index === 0) context.moveTo(x, y)
    else context.lineTo(x, y)
  }
}
