import { expect, test } from 'vitest'
import { kafkaSettings, parseAddress } from './options.ts'

test('an address is a host and a port', () => {
  expect(parseAddress('localhost:9092')).toEqual({ host: 'localhost', port: 9092 })
  expect(parseAddress('10.0.0.1:1')).toEqual({ host: '10.0.0.1', port: 1 })
  expect(parseAddress('[::1]:9092')).toEqual({ host: '::1', port: 9092 })
})

test.each(['', 'localhost', 'localhost:', ':9092', 'localhost:0', 'localhost:70000', 'http://localhost:9092', 'a b:1', '::1:9092'])(
  "'%s' is refused with what would be right",
  (broker) => {
    expect(() => kafkaSettings({ brokers: [broker] })).toThrow(expect.objectContaining({ code: 'config.invalid', details: { broker } }))
    expect(() => parseAddress(broker)).toThrow('localhost:9092')
  },
)

test('no brokers at all are refused', () => {
  expect(() => kafkaSettings({ brokers: [] })).toThrow(expect.objectContaining({ code: 'config.invalid' }))
})
