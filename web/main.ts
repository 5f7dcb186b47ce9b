// oxlint-disable-next-line import/no-unassigned-import -- it must run before the chart library is loaded
import './locale.ts'
import { settledScale } from './flow/drops.ts'
import { browserSurroundings, followLive } from './live/connection.ts'
import { fetchStatistics } from './live/node-client.ts'
import { PageState } from './live/page-state.ts'
import { type Around, page } from './page.ts'
import { render } from './vendor/preact.ts'
import type { View } from './view.ts'

const STATISTICS_MS = 4000
const NOTICE_MS = 8000
const REDRAW_MS = 500

const state = new PageState(Date.now())
const root = document.querySelector('#page')!
let heardAt = 0
let theme = 0
let scale = 1
let around: Omit<Around, 'here'> = {
  notice: undefined,
  dropping: false,
  dropped: undefined,
  onClosed: () => change({ dropped: undefined }),
}
let noticeTimer: ReturnType<typeof setTimeout> | undefined

function draw(): void {
  const here = Date.now()
  render(page(state, view(here), { ...around, here }), root)
}

function view(here: number): View | undefined {
  const live = state.snapshot
  if (live === undefined) return undefined
  scale = settledScale(
    scale,
    live.streams.reduce((sum, { name, rate }) => sum + rate + state.inflow(name), 0),
  )
  const lost = state.connection.phase === 'lost'
  return { state, live, now: lost ? live.at : live.at + (here - heardAt), lost, theme, scale, choose, tell }
}

function change(changes: Partial<typeof around>): void {
  around = { ...around, ...changes }
  draw()
}

function choose(dataType: string): void {
  state.focus = dataType
  void refreshStatistics()
  draw()
}

function tell(message: string, failed: boolean): void {
  clearTimeout(noticeTimer)
  noticeTimer = setTimeout(() => change({ notice: undefined }), NOTICE_MS)
  change({ notice: { message, failed } })
}

async function refreshStatistics(): Promise<void> {
  const dataType = state.focus
  if (dataType === undefined || state.connection.phase !== 'live' || document.hidden) return
  const answer = await fetchStatistics(dataType)
  if (answer.ok) state.statistics.set(dataType, answer.value)
}

followLive(
  {
    snapshot: (snapshot) => {
      const first = state.snapshot === undefined
      state.receive(snapshot)
      heardAt = Date.now()
      draw()
      if (first) void refreshStatistics()
    },
    connection: (connection) => {
      state.connection = connection
      draw()
    },
  },
  browserSurroundings,
)

setInterval(() => state.connection.phase !== 'live' && draw(), REDRAW_MS)
setInterval(() => void refreshStatistics(), STATISTICS_MS)

matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
  theme++
  draw()
})

const carriesFile = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') ?? false
addEventListener('dragover', (event) => {
  if (!carriesFile(event)) return
  event.preventDefault()
  if (!around.dropping) change({ dropping: true })
})
addEventListener('dragleave', (event) => event.relatedTarget === null && change({ dropping: false }))
addEventListener('drop', (event) => {
  if (!carriesFile(event)) return
  event.preventDefault()
  change({ dropping: false, dropped: event.dataTransfer?.files[0] })
})

draw()
