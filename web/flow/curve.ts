/** A cubic Bézier segment: start, two control points, end. */
export type Segment = readonly [x0: number, y0: number, x1: number, y1: number, x2: number, y2: number, x3: number, y3: number]

export function line(x0: number, y0: number, x1: number, y1: number): Segment {
  return [x0, y0, x0 + (x1 - x0) / 3, y0 + (y1 - y0) / 3, x0 + (2 * (x1 - x0)) / 3, y0 + (2 * (y1 - y0)) / 3, x1, y1]
}

/** An S that leaves and arrives horizontally. */
export function sweep(x0: number, y0: number, x1: number, y1: number): Segment {
  const bend = Math.max(24, Math.abs(x1 - x0) * 0.5)
  return [x0, y0, x0 + bend, y0, x1 - bend, y1, x1, y1]
}

/** A quarter turn whose corner lies at (cx, cy). */
export function turn(x0: number, y0: number, cx: number, cy: number, end: readonly [x: number, y: number]): Segment {
  const k = 0.55
  const [x3, y3] = end
  return [x0, y0, x0 + (cx - x0) * k, y0 + (cy - y0) * k, x3 + (cx - x3) * k, y3 + (cy - y3) * k, x3, y3]
}

/** The `d` of an SVG path. */
export function svgPath(segments: readonly Segment[]): string {
  const first = segments[0]
  if (first === undefined) return ''
  const f = (value: number): string => String(Math.round(value * 10) / 10)
  const curves = segments.map(([, , x1, y1, x2, y2, x3, y3]) => `C${f(x1)} ${f(y1)} ${f(x2)} ${f(y2)} ${f(x3)} ${f(y3)}`)
  return `M${f(first[0])} ${f(first[1])}${curves.join('')}`
}

/** Points along segments at equal steps, so that a place on the way is found by its distance from the start. */
export interface Course {
  readonly length: number
  readonly step: number
  /** Four numbers per point: x, y, and the unit normal's x, y. */
  readonly points: Float32Array
}

const STEP = 6
const FINE = 24

export function course(segments: readonly Segment[]): Course {
  const xs: number[] = []
  const ys: number[] = []
  for (const [x0, y0, x1, y1, x2, y2, x3, y3] of segments) {
    for (let i = xs.length === 0 ? 0 : 1; i <= FINE; i++) {
      const t = i / FINE
      const u = 1 - t
      xs.push(u * u * u * x0 + 3 * u * u * t * x1 + 3 * u * t * t * x2 + t * t * t * x3)
      ys.push(u * u * u * y0 + 3 * u * u * t * y1 + 3 * u * t * t * y2 + t * t * t * y3)
    }
  }
  return resample(xs, ys)
}

function resample(xs: readonly number[], ys: readonly number[]): Course {
  const along = [0]
  for (let i = 1; i < xs.length; i++) along.push(along[i - 1]! + Math.hypot(xs[i]! - xs[i - 1]!, ys[i]! - ys[i - 1]!))
  const length = along.at(-1)!
  const count = Math.max(2, Math.ceil(length / STEP) + 1)
  const step = length / (count - 1)
  const points = new Float32Array(count * 4)
  for (let p = 0, i = 1; p < count; p++) {
    const at = Math.min(length, p * step)
    while (i < along.length - 1 && along[i]! < at) i++
    const gap = along[i]! - along[i - 1]! || 1
    const t = (at - along[i - 1]!) / gap
    const dx = xs[i]! - xs[i - 1]!
    const dy = ys[i]! - ys[i - 1]!
    const norm = Math.hypot(dx, dy) || 1
    points.set([xs[i - 1]! + dx * t, ys[i - 1]! + dy * t, -dy / norm, dx / norm], p * 4)
  }
  return { length, step, points }
}
