import { describe, expect, test } from 'vitest'
import { Code } from './code.ts'
import { compile } from './engine.ts'
import { encodeModule } from './module.ts'

describe('a module', () => {
  test('works on its own memory, with constants of every length', () => {
    const constants = [0, 1, -1, 63, 64, -64, -65, 127, 128, 8191, 8192, 1 << 20, -(2 ** 31), 2 ** 31 - 1]
    const code = new Code()
    const kept = code.local('i32')
    for (const [index, constant] of constants.entries())
      code
        .i32(0)
        .i32(constant)
        .access('i32.store', index * 4)
    code.i32(7).set(kept).advance(kept, 1000)
    code.i32(0).get(kept).access('i32.store', 70_000)
    const instance = compile(encodeModule(code))!.instantiate(70_004)!
    instance.run()
    const memory = new Int32Array(instance.memory)
    expect([...memory.subarray(0, constants.length)]).toEqual(constants)
    expect(memory[17_500]).toBe(1007)
  })

  test('repeats and decides', () => {
    const code = new Code()
    const [count, sum] = [code.local('i32'), code.local('i32')]
    code.i32(10).set(count)
    code.repeatWhile(() => {
      code.get(sum).get(count).op('i32.add').set(sum)
      code.advance(count, -1)
      code.get(count)
    })
    code.get(count).when(() => code.advance(sum, 1000))
    code.i32(1).when(() => code.advance(sum, 1))
    code.i32(0).get(sum).access('i32.store')
    const instance = compile(encodeModule(code))!.instantiate(4)!
    instance.run()
    expect(new Int32Array(instance.memory)[0]).toBe(56)
  })

  test("is not compiled where the engine doesn't know its instructions", () => {
    const code = new Code()
    code.bytes.push(0xff)
    expect(compile(encodeModule(code))).toBeUndefined()
  })
})
