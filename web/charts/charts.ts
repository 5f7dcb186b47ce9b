import { duration, rate } from '../format/numbers.ts'
import { html } from '../html.ts'
import { CHART_SPAN_MS } from '../live/page-state.ts'
import { type SeriesBuffer, stack } from '../live/series.ts'
import { groupSwaps } from '../live/swap-groups.ts'
import { Component, type VNode } from '../vendor/preact.ts'
import { type LiveStream, toneOf, type View } from '../view.ts'
import { type ChartMark, type ChartSeries, TimeChart } from './time-chart.ts'

interface Props {
  readonly view: View
}

const RATE = 'rate:'
const OTHERS = `${RATE} others`
const SHOWN = 8
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
      now: (series.lastAt ?? live.at) / 1000,
      span: spanOf(series.times()),
      theme: view.theme,
      onHover: this.#hover,
    }
    const { names, columns } = busiest(series)
    const stacked = stack(columns)
    const throughput = names.map((name, i): ChartSeries => {
      const [dataType, id] = split(name)
      return { name, colour: name === OTHERS ? '--edge' : `--v${state.colours.of(dataType, id)}`, fill: true, values: stacked[i]! }
    })
    const latency =
      stream === undefined ? [] : QUANTILES.map(([name, colour]) => ({ name, colour, values: series.column(`${name}:${stream.name}`) }))
    const row = this.state.hovered ?? shared.times.length - 1
    return html`<div class="charts">
      <section class="panel">
        <h2>Throughput <small>records per second, by the version that answered</small></h2>
        <${TimeChart}
          ...${shared}
          series=${throughput}
          top=${10}
          unit=${rate}
          marks=${marksOf(
            view,
            live.models.map(({ dataType }) => dataType),
          )}
          label=${`Throughput of the last minutes; now ${rate(total(live.streams))} records per second`}
        />
        <ul class="legend">
          ${names.map((name, i) => {
            const [dataType, id] = split(name)
            return html`<li class=${name === OTHERS ? 'tone-none' : toneOf(view, dataType, id)}>
              <span class="swatch"></span><span class="name">${live.models.length > 1 && html`<em>${dataType}</em> `}${id}</span>
              <b>${rate(columns[i]![row] ?? 0)}</b>
            </li>`
          })}
        </ul>
      </section>
      <section class="panel">
        <h2>
          Latency
          <small>from a record’s timestamp to its answer${live.streams.length > 1 && stream !== undefined && `, ${stream.name}`}</small>
        </h2>
        <${TimeChart}
          ...${shared}
          series=${latency}
          top=${1}
          unit=${duration}
          marks=${stream === undefined ? [] : marksOf(view, state.carried.of(live, stream))}
          label=${`Latency of the last minutes; p99 now ${duration(stream?.latency.p99)}`}
        />
        <ul class="legend">
          ${latency.toReversed().map(
            ({ name, values }) =>
              html`<li class="quantile-${name}">
                  <span class="swatch"></span><span class="name">${name}</span> <b>${duration(values[row])}</b>
                </li>`,
          )}
        </ul>
      </section>
    </div>`
  }
}

/** The versions that answered most, in the order of their appearance, and all others together. */
function busiest(series: SeriesBuffer): { readonly names: readonly string[]; readonly columns: (number | null)[][] } {
  const all = series.names(RATE).map((name) => ({ name, column: series.column(name) }))
  const weight = ({ column }: (typeof all)[number]): number => column.reduce<number>((sum, value) => sum + (value ?? 0), 0)
  const kept = new Set(all.toSorted((a, b) => weight(b) - weight(a)).slice(0, SHOWN))
  const rest = stack(all.filter((one) => !kept.has(one)).map(({ column }) => column)).at(-1)
  const shown = all.filter((one) => kept.has(one))
  if (rest !== undefined) shown.push({ name: OTHERS, column: rest })
  return { names: shown.map(({ name }) => name), columns: shown.map(({ column }) => column) }
}

/** The stream of the data type in focus. */
function streamOf({ state, live }: View): LiveStream | undefined {
  return live.streams.find((stream) => state.focus !== undefined && state.carried.of(live, stream).includes(state.focus)) ?? live.streams[0]
}

/** The chart starts with a minute and grows with what was seen, so that a page that was just opened has something to show. */
function spanOf(times: readonly number[]): number {
  const seen = times.length < 2 ? 0 : times.at(-1)! - times[0]!
  return Math.min(CHART_SPAN_MS / 1000, Math.max(60, seen))
}

function marksOf({ state, live }: View, dataTypes: readonly string[]): ChartMark[] {
  const groups = groupSwaps(live.swaps).filter(({ dataType }) => dataTypes.includes(dataType))
  return groups.map(({ at, dataType, id }) => ({ at, text: id, colour: `--v${state.colours.of(dataType, id)}` }))
}

function total(streams: readonly LiveStream[]): number {
  return streams.reduce((sum, stream) => sum + stream.rate, 0)
}

/** Names of rate series are `rate:<data type> <name@version>`; a model's name has no white space. */
function split(name: string): [dataType: string, id: string] {
  const space = name.lastIndexOf(' ')
  return [name.slice(RATE.length, space), name.slice(space + 1)]
}
