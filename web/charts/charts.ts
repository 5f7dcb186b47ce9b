import { duration, rate } from '../format/numbers.ts'
import { html } from '../html.ts'
import { CHART_SPAN_MS } from '../live/page-state.ts'
import { stack } from '../live/series.ts'
import { groupSwaps } from '../live/swap-groups.ts'
import { Component, type VNode } from '../vendor/preact.ts'
import type { LiveStream, View } from '../view.ts'
import { type ChartMark, type ChartSeries, TimeChart } from './time-chart.ts'

interface Props {
  readonly view: View
}

const RATE = 'rate:'
const QUANTILES = [
  ['p99', '--q99'],
  ['p95', '--q95'],
  ['p50', '--q50'],
] as const

/** Throughput by model version, and latency, side by side over the same minutes, with a mark where a version took over. */
export class Charts extends Component<Props, { readonly hovered: number | undefined }> {
  override state = { hovered: undefined as number | undefined }

  readonly #hover = (hovered: number | undefined): void => {
    if (hovered !== this.state.hovered) this.setState({ hovered })
  }

  override render(): VNode {
    const { view } = this.props
    const { state, live } = view
    const { series } = state
    const stream = streamOf(view)
    const shared = {
      times: series.times(),
      marks: marksOf(view),
      now: (series.lastAt ?? live.at) / 1000,
      span: CHART_SPAN_MS / 1000,
      theme: view.theme,
      onHover: this.#hover,
    }
    const names = series.names(RATE)
    const columns = names.map((name) => series.column(name))
    const stacked = stack(columns)
    const throughput = names.map((name, i): ChartSeries => {
      const [dataType, id] = split(name)
      return { name, colour: `--v${state.colours.of(dataType, id)}`, fill: true, values: stacked[i]! }
    })
    const latency = stream === undefined ? [] : QUANTILES.map(([name, colour]) => ({ name, colour, values: series.column(`${name}:${stream.name}`) }))
    const row = this.state.hovered ?? shared.times.length - 1
    return html`<div class="charts">
      <section class="panel">
        <h2>Throughput <small>records per second, by the version that answered</small></h2>
        <${TimeChart} ...${shared} series=${throughput} top=${10} unit=${rate} label=${`Throughput of the last minutes; now ${rate(total(live.streams))} records per second`} />
        <ul class="legend">
          ${names.map((name, i) => {
            const [dataType, id] = split(name)
            return html`<li class="tone-${state.colours.of(dataType, id)}">
              <span class="swatch"></span><span class="name">${live.models.length > 1 && html`<em>${dataType}</em> `}${id}</span> <b>${rate(columns[i]![row] ?? 0)}</b>
            </li>`
          })}
        </ul>
      </section>
      <section class="panel">
        <h2>Latency <small>from a record’s timestamp to its answer${live.streams.length > 1 && stream !== undefined && `, ${stream.name}`}</small></h2>
        <${TimeChart} ...${shared} series=${latency} top=${1} unit=${duration} label=${`Latency of the last minutes; p99 now ${duration(stream?.latency.p99)}`} />
        <ul class="legend">
          ${latency.toReversed().map(
            ({ name, values }) => html`<li class="quantile-${name}"><span class="swatch"></span><span class="name">${name}</span> <b>${duration(values[row])}</b></li>`,
          )}
        </ul>
      </section>
    </div>`
  }
}

/** The stream of the data type in focus. */
function streamOf({ state, live }: View): LiveStream | undefined {
  return live.streams.find((stream) => state.focus !== undefined && state.carried.of(live, stream).includes(state.focus)) ?? live.streams[0]
}

function marksOf({ state, live }: View): ChartMark[] {
  return groupSwaps(live.swaps).map(({ at, dataType, id }) => ({ at, text: `→ ${id}`, colour: `--v${state.colours.of(dataType, id)}` }))
}

function total(streams: readonly LiveStream[]): number {
  return streams.reduce((sum, stream) => sum + stream.rate, 0)
}

/** Names of rate series are `rate:<data type> <name@version>`; a model's name has no white space. */
function split(name: string): [dataType: string, id: string] {
  const space = name.lastIndexOf(' ')
  return [name.slice(RATE.length, space), name.slice(space + 1)]
}
