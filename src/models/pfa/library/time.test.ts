import { describe, expect, it } from 'vitest'
import { callFunction } from './testing/call-function.ts'

const int = (value: number) => ['int', value] as const
const BERLIN = 'Europe/Berlin'

function timestamp(...[year, month, day, hour, minute, zone]: readonly [number, number, number, number, number, string]): unknown {
  const fields = [year, month, day, hour, minute, 30, 250]
  return callFunction('time.makeTimestamp', 'double', [...fields.map(int), zone])
}

describe('time', () => {
  it('a timestamp is that of the zone, in winter and in summer', () => {
    // 2020-01-01T00:00:00Z is 1577836800; Berlin is an hour ahead in winter and two in summer.
    expect(timestamp(2020, 1, 1, 1, 0, BERLIN)).toBe(1_577_836_830.25)
    expect(timestamp(2020, 7, 1, 2, 0, BERLIN)).toBe(1_577_836_830.25 + 182 * 86_400)
    expect(timestamp(2020, 1, 1, 0, 0, '')).toBe(1_577_836_830.25)
  })

  it('an hour that clocks skip has no timestamp, and of one that they show twice it is the first', () => {
    expect(timestamp(2020, 3, 29, 2, 30, BERLIN)).toEqual({ error: 40_081 })
    expect(timestamp(2020, 10, 25, 2, 30, BERLIN)).toBe(Date.UTC(2020, 9, 25, 0, 30, 30, 250) / 1000)
    expect(timestamp(2021, 2, 29, 0, 0, '')).toEqual({ error: 40_081 })
    expect(timestamp(0, 1, 1, 0, 0, '')).toEqual({ error: 40_081 })
  })

  it('fields are those that calendar and clock show', () => {
    const at = Date.UTC(2024, 11, 31, 23, 59, 58) / 1000 + 0.9
    const read = (name: string, zone: string) => callFunction(`time.${name}`, 'int', [at, zone])
    expect(
      ['year', 'monthOfYear', 'dayOfMonth', 'dayOfYear', 'dayOfWeek', 'hourOfDay', 'minuteOfHour', 'secondOfMinute'].map((name) =>
        read(name, ''),
      ),
    ).toEqual([2024, 12, 31, 366, 1, 23, 59, 58])
    expect([
      read('year', BERLIN),
      read('dayOfYear', BERLIN),
      read('hourOfDay', 'Asia/Kolkata'),
      read('minuteOfHour', 'Asia/Kolkata'),
    ]).toEqual([2025, 1, 5, 29])
  })

  it('zones are names of the Olson database, and nothing else', () => {
    for (const zone of ['where/ever', '+05:00', 'europe/berlin', '../etc', 'Europe/Berlin ']) {
      expect(callFunction('time.year', 'int', [0, zone])).toEqual({ error: 40_000 })
    }
    expect(callFunction('time.year', 'int', [0, 'US/Central'])).toBe(1969)
    expect(callFunction('time.year', 'int', [253_402_300_800, ''])).toEqual({ error: 40_001 })
  })

  it('work hours are nine to five from Monday to Friday', () => {
    const friday = Date.UTC(2024, 5, 7, 16, 59) / 1000
    const works = (ts: number) => callFunction('time.isWorkHours', 'boolean', [ts, 'Etc/UTC'])
    expect([works(friday), works(friday + 60), works(friday + 86_400)]).toEqual([true, false, false])
  })
})
