import { readColour } from '../flow/tones.ts'
import { html } from '../html.ts'
import { Component, createRef, type VNode } from '../vendor/preact.ts'
import uPlot from '../vendor/uplot.ts'

/** A line or, with `fill`, an area down to the series before it. `colour` is a variable of the style sheet. */
export interface ChartSeries {
  readonly name: string
  readonly colour: string
  readonly fill?: boolean
  readonly values: readonly (number | null)[]
}

/** A moment to mark with an upright line. */
export interface ChartMark {
  readonly at: number
  readonly colour: string
  readonly text: string
}

interface Props {
  readonly label: string
  readonly times: readonly number[]
  readonly series: readonly ChartSeries[]
  readonly marks: readonly ChartMark[]
  /** Seconds since the epoch: the right edge, and how far back the left one is. */
  readonly now: number
  readonly span: number
  readonly theme: number
  readonly unit: (value: number) => string
  /** The smallest top of the scale, so that noise near zero stays small. */
  readonly top: number
  readonly onHover: (index: number | undefined) => void
}

const HEIGHT = 190

/** A chart over the last minutes that moves with the time. Both charts of the page share one cursor. */
export class TimeChart extends Component<Props> {
  readonly #holder = createRef<HTMLDivElement>()
  #plot: uPlot | undefined
  #made = ''
  #resized: ResizeObserver | undefined

  override componentDidMount(): void {
    this.#resized = new ResizeObserver(() => this.#plot?.setSize({ width: this.#width(), height: HEIGHT }))
    this.#resized.observe(this.#holder.current!)
    this.#draw()
  }

  override componentDidUpdate(): void {
    this.#draw()
  }

  override componentWillUnmount(): void {
    this.#resized?.disconnect()
    this.#plot?.destroy()
  }

  #width(): number {
    return Math.max(200, this.#holder.current?.clientWidth ?? 0)
  }

  #draw(): void {
    const { series, times, now, span, theme } = this.props
    const shape = JSON.stringify([theme, series.map(({ name, colour }) => [name, colour])])
    const data = [times, ...series.map(({ values }) => values)] as unknown as uPlot.AlignedData
    if (shape !== this.#made) {
      this.#plot?.destroy()
      this.#plot = new uPlot(this.#options(), data, this.#holder.current!)
      this.#made = shape
    }
    const plot = this.#plot!
    plot.batch(() => {
      plot.setData(data, false)
      plot.setScale('x', { min: now - span, max: now })
      plot.setScale('y', { min: 0, max: this.#top() })
    })
  }

  /** A round number above everything that is drawn. */
  #top(): number {
    const most = this.props.series.reduce((high, { values }) => values.reduce<number>((top, value) => Math.max(top, value ?? 0), high), 0)
    const wanted = Math.max(this.props.top, most * 1.12)
    const power = 10 ** Math.floor(Math.log10(wanted))
    return ([1, 1.5, 2, 3, 4, 5, 6, 8, 10].find((digit) => digit * power >= wanted) ?? 10) * power
  }

  #options(): uPlot.Options {
    const { series, unit } = this.props
    const ink = readColour('--ink-2')
    const rule = { stroke: readColour('--rule'), width: 1 }
    const font = '11px ui-sans-serif, system-ui, sans-serif'
    return {
      width: this.#width(),
      height: HEIGHT,
      legend: { show: false },
      padding: [16, 16, 0, 0],
      cursor: { sync: { key: 'sluice' }, drag: { x: false, y: false }, points: { size: 6 }, y: false },
      scales: { x: { time: true, auto: false }, y: { auto: false } },
      axes: [
        {
          stroke: ink,
          font,
          size: 26,
          gap: 4,
          space: 50,
          grid: { show: false },
          ticks: { show: false },
          values: (plot, splits) => splits.map((at) => sinceNow(at, plot.scales['x']!.max!)),
          splits: (plot) => minutesBefore(plot.scales['x']!.min!, plot.scales['x']!.max!),
        },
        { stroke: ink, font, size: 64, gap: 6, space: 36, grid: rule, ticks: { show: false }, values: (_plot, splits) => splits.map(unit) },
      ],
      series: [
        {},
        ...series.map(({ name, colour, fill }, i) => ({
          label: name,
          // Areas lie on each other; only the uppermost edge is a line, which is the sum.
          stroke: readColour(fill === true ? '--ink-2' : colour),
          width: fill === true && i < series.length - 1 ? 0 : 1.75,
          points: { show: false },
          ...(fill === true && { fill: `color-mix(in srgb, ${readColour(colour)} 50%, transparent)` }),
        })),
      ],
      bands: series.flatMap(({ fill }, i) => (fill === true && i > 0 ? [{ series: [i + 1, i] as [number, number] }] : [])),
      hooks: {
        draw: [(plot) => drawMarks(plot, this.props.marks)],
        setCursor: [(plot) => this.props.onHover(plot.cursor.idx ?? undefined)],
      },
    }
  }

  override render(): VNode {
    return html`<div class="chart" ref=${this.#holder} role="img" aria-label=${this.props.label}></div>`
  }
}

function sinceNow(at: number, now: number): string {
  const seconds = Math.round(now - at)
  if (seconds < 5) return 'now'
  return seconds % 60 === 0 ? `−${seconds / 60} min` : `−${seconds} s`
}

function minutesBefore(from: number, to: number): number[] {
  const splits: number[] = []
  const step = to - from > 100 ? 60 : 20
  for (let at = to; at >= from - 0.001; at -= step) splits.unshift(at)
  return splits
}

function drawMarks(plot: uPlot, marks: readonly ChartMark[]): void {
  const { ctx, bbox } = plot
  const ratio = devicePixelRatio
  ctx.save()
  ctx.font = `600 ${11 * ratio}px ui-sans-serif, system-ui, sans-serif`
  ctx.textBaseline = 'top'
  ctx.textAlign = 'left'
  let free = Number.POSITIVE_INFINITY
  // Newest first: where names would overlap, the newer one stays.
  for (const { at, colour, text } of marks) {
    const x = Math.round(plot.valToPos(at / 1000, 'x', true))
    if (x < bbox.left || x > bbox.left + bbox.width) continue
    ctx.strokeStyle = ctx.fillStyle = readColour(colour)
    ctx.lineWidth = 1.5 * ratio
    ctx.setLineDash([3 * ratio, 3 * ratio])
    ctx.beginPath()
    ctx.moveTo(x, bbox.top)
    ctx.lineTo(x, bbox.top + bbox.height)
    ctx.stroke()
    const width = ctx.measureText(text).width
    const edge = bbox.left + bbox.width
    const left = Math.max(bbox.left, Math.min(x - 4 * ratio, edge - width))
    if (left + width > free || width > edge - bbox.left) continue
    free = left - 10 * ratio
    ctx.fillText(text, left, bbox.top - 14 * ratio)
  }
  ctx.restore()
}
