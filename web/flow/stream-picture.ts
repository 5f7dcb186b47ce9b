import { count, rate, share } from '../format/numbers.ts'
import { html } from '../html.ts'
import { rateOf } from '../live/page-state.ts'
import { Component, createRef, type VNode } from '../vendor/preact.ts'
import type { LiveModels, LiveStream, View } from '../view.ts'
import { course, svgPath } from './curve.ts'
import type { Channel } from './drops.ts'
import { emptyGate, gate } from './gate.ts'
import { type Arm, type Box, layoutFlow } from './layout.ts'
import { FlowPainter, REJECTED, UNANSWERED } from './painter.ts'
import { readTones } from './tones.ts'

interface Props {
  readonly view: View
  readonly stream: LiveStream
}

/** More gates than this are not a picture any more; the busiest are shown. */
const GATES_SHOWN = 6

/** Water that stands before a shut gate is drawn as wide as if this many records a second came. */
const POOL = 30

/** The picture of one stream: records run from the input topic through the gates to the scores, and some to the dead letters. */
export class StreamPicture extends Component<Props> {
  readonly #root = createRef<HTMLElement>()
  readonly #canvas = createRef<HTMLCanvasElement>()
  readonly #water = createRef<SVGSVGElement>()
  readonly #channels = new Map<string, Channel>()
  #painter: FlowPainter | undefined
  #resized: ResizeObserver | undefined

  override componentDidMount(): void {
    const still = matchMedia('(prefers-reduced-motion: reduce)').matches
    this.#painter = new FlowPainter(this.#canvas.current!, readTones(), still)
    this.#resized = new ResizeObserver(() => this.#lay())
    this.#resized.observe(this.#root.current!)
    this.#lay()
  }

  override componentDidUpdate(before: Props): void {
    if (before.view.theme !== this.props.view.theme) this.#painter!.tones = readTones()
    this.#lay()
  }

  override componentWillUnmount(): void {
    this.#painter?.dispose()
    this.#resized?.disconnect()
  }

  /** Lays the water along the parts as the browser has placed them, and tells the painter. */
  #lay(): void {
    const root = this.#root.current
    if (root === null || this.#painter === undefined) return
    const { view, stream } = this.props
    const frame = root.getBoundingClientRect()
    const box = (element: Element): Box => {
      const { left, top, width, height } = element.getBoundingClientRect()
      return { x: left - frame.left, y: top - frame.top, width, height }
    }
    const part = (name: string): Box => box(root.querySelector(`.${name}`)!)
    const source = part('source')
    const shown = this.#shown()
    const pressure = stream.held === null ? 0 : Math.max(POOL, view.state.inflow(stream.name))
    const gates = [...root.querySelectorAll('.gate')].map((element, i) => {
      const model = shown[i]
      return {
        id: model?.dataType ?? '',
        slot: box(element.querySelector('.opening')!),
        rate: model?.serving == null ? pressure : rateOf(model),
      }
    })
    const direction = (gates[0]?.slot.x ?? 0) >= source.x + source.width ? 'across' : 'down'
    const scene = { direction, source, scores: part('scores-sink'), deadLetters: part('dead-sink'), gates } as const
    const arms = layoutFlow({ ...scene, rejectedRate: view.state.rejectedRate(stream.name) })
    this.#drawWater(arms, shown, direction)
    this.#painter.update(this.#flow(arms, shown), { recordsPerDrop: view.scale, halted: view.lost })
  }

  #flow(arms: readonly Arm[], shown: readonly LiveModels[]): Channel[] {
    const { view, stream } = this.props
    return arms.map((arm) => {
      const model = shown.find(({ dataType }) => dataType === arm.gate)
      const open = model?.serving != null
      const dead = arm.gate === undefined
      const through = dead ? view.state.rejectedRate(stream.name) : model === undefined ? 0 : rateOf(model)
      const settings: Channel = {
        course: course([...arm.before, ...arm.after]),
        gateAt: dead ? Number.POSITIVE_INFINITY : course(arm.before).length,
        width: arm.width,
        rate: dead || open ? through : view.state.inflow(stream.name),
        open: open || dead,
        colour: model?.serving == null ? UNANSWERED : view.state.colours.of(model.dataType, model.serving),
        entry: dead ? REJECTED : UNANSWERED,
      }
      const known = this.#channels.get(arm.gate ?? ' dead')
      if (known !== undefined) return Object.assign(known, settings)
      this.#channels.set(arm.gate ?? ' dead', settings)
      return settings
    })
  }

  #drawWater(arms: readonly Arm[], shown: readonly LiveModels[], direction: 'across' | 'down'): void {
    const svg = this.#water.current!
    const { view, stream } = this.props
    const parts = arms.map((arm, i): string[] => {
      const dead = arm.gate === undefined
      const model = shown[i]
      const tone = dead || model?.serving == null ? '' : ` tone-${view.state.colours.of(model.dataType, model.serving)}`
      const width = arm.width.toFixed(1)
      const spill = stream.rejected === 0 ? 'spill is-dry' : 'spill'
      const water = `<path class="${dead ? spill : 'raw'}" d="${svgPath(arm.before)}" stroke-width="${width}"/>`
      const through = model?.serving == null ? 0 : rateOf(model)
      const shut = !dead && model?.serving == null
      const scored = dead ? '' : `<path class="answered${tone}" d="${svgPath(arm.after)}" stroke-width="${shut ? 2 : width}"/>`
      const [, , , , , , x, y] = (dead ? arm.before.at(-1) : arm.after[0])!
      const text = dead ? `${rate(view.state.rejectedRate(stream.name))}/s rejected` : `${rate(through)}/s`
      const above = y - arm.width / 2 - 8
      const label =
        direction === 'down' || shut || (dead && view.state.rejectedRate(stream.name) === 0)
          ? ''
          : `<text x="${dead ? x - 14 : x + 12}" y="${above}" class="${dead ? 'spill-rate' : 'arm-rate'}" text-anchor="${dead ? 'end' : 'start'}">${text}</text>`
      return [water, scored, label]
    })
    // Numbers and our own class names only: nothing from outside is in this markup.
    svg.innerHTML = [0, 1, 2].flatMap((layer) => parts.map((part) => part[layer]!)).join('')
  }

  #shown(): LiveModels[] {
    const { view, stream } = this.props
    const carried = new Set(view.state.carried.of(view.live, stream))
    const models = view.live.models.filter(({ dataType }) => carried.has(dataType))
    if (models.length <= GATES_SHOWN) return models
    const busiest = new Set(models.toSorted((a, b) => rateOf(b) - rateOf(a)).slice(0, GATES_SHOWN))
    return models.filter((model) => busiest.has(model))
  }

  override render(): VNode {
    const { view, stream } = this.props
    const shown = this.#shown()
    const more = view.state.carried.of(view.live, stream).length - shown.length
    const held = stream.held !== null && !shown.some(({ dataType }) => dataType === stream.held)
    const gates = shown.map((model) => gate(view, model))
    if (held || shown.length === 0) gates.push(emptyGate(stream.held ?? undefined, stream.held !== null))
    const level = stream.backlog === 0 ? 4 : Math.min(100, 12 + 16 * Math.log10(stream.backlog))
    return html`<section
      class="stream ${gates.length === 1 ? 'has-one-gate' : ''}"
      ref=${this.#root}
      data-stream=${stream.name}
      aria-label="Stream ${stream.name}"
    >
      <svg class="water" ref=${this.#water} aria-hidden="true"></svg>
      <canvas class="drops" ref=${this.#canvas} aria-hidden="true"></canvas>
      <div class="topic source">
        <svg class="tank" aria-hidden="true" viewBox="0 0 8 100" preserveAspectRatio="none">
          <rect width="8" height=${level} y=${100 - level} />
        </svg>
        <h2>${stream.input}</h2>
        <p class="big"><b>${rate(stream.rate)}</b> /s</p>
        <p class=${stream.held === null ? 'quiet' : 'note'}>
          ${stream.backlog === 0 ? 'none waiting' : `${count(stream.backlog)} waiting`}${stream.held !== null && ` for a ${stream.held} model`}
        </p>
        <p class="quiet">${about(stream)}</p>
      </div>
      <div class="gates ${gates.length > 3 ? 'are-many' : ''}">
        ${gates}
        ${more > 0 && html`<p class="more">and ${count(more)} more data types, less busy</p>`}
      </div>
      <div class="topic sink scores-sink">
        <h2>${stream.output}</h2>
        <p class="big"><b>${count(stream.scored)}</b> scored</p>
      </div>
      <div class="topic sink dead-sink ${stream.rejected === 0 ? 'is-dry' : ''}">
        <h2>${stream.deadLetters}</h2>
        <p class="big"><b>${count(stream.rejected)}</b> rejected</p>
        <p class="quiet">${share(stream.rejected, stream.rejected + stream.scored)} of all</p>
      </div>
    </section>`
  }
}

function about({ name, input, format, partitions }: LiveStream): string {
  return `${name === input ? '' : `${name}, `}${format}, ${partitions} partition${partitions === 1 ? '' : 's'}`
}
