export interface Pace {
  /** CPU nanoseconds that one measurement takes, about. */
  readonly slice: number
  readonly repeats: number
  readonly warmUp: number
}

const PACE: Pace = { slice: 3e8, repeats: 9, warmUp: 8 }
const QUICK: Pace = { slice: 1e8, repeats: 3, warmUp: 4 }

export function paceOf(quick: boolean): Pace {
  return quick ? QUICK : PACE
}

/** Does something so many times; answers the CPU nanoseconds that it took. */
export type Measured = (times: number) => number | Promise<number>

/**
 * The median CPU nanoseconds of the product and of a peer for one of the `per` things that each time does: both warmed, then measured turn by
 * turn.
 */
export async function turnByTurn(
  product: Measured,
  peer: Measured,
  { pace, per }: { readonly pace: Pace; readonly per: number },
): Promise<readonly [product: number, peer: number]> {
  const sides = [
    { measure: product, times: await timesFor(product, pace), costs: [] as number[] },
    { measure: peer, times: await timesFor(peer, pace), costs: [] as number[] },
  ] as const
  for (let repeat = 0; repeat < pace.repeats; repeat++) {
    for (const { measure, times, costs } of sides) costs.push((await measure(times)) / (times * per))
  }
  return [median(sides[0].costs), median(sides[1].costs)]
}

/** Warms up; answers how many times take about a slice. */
async function timesFor(measure: Measured, { slice, warmUp }: Pace): Promise<number> {
  let times = 1
  for (let spent = 0; spent < slice * warmUp;) {
    const used = await measure(times)
    spent += used
    if (used < slice) times = Math.max(times, Math.min(times * 4, Math.ceil((times * slice) / Math.max(used, 1000))))
  }
  return times
}

function median(costs: readonly number[]): number {
  return costs.toSorted((a, b) => a - b)[costs.length >> 1]!
}
