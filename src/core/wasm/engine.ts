/** What we use of the WebAssembly JavaScript interface; Node has it, its type declarations do not. */
interface Engine {
  Memory: new (size: { initial: number }) => { readonly buffer: ArrayBuffer }
  Module: new (bytes: Uint8Array) => object
  Instance: new (module: object, imports: object) => { readonly exports: { readonly run: () => void } }
  validate(bytes: Uint8Array): boolean
}

const engine = (globalThis as unknown as { WebAssembly: Engine }).WebAssembly

/** A compiled module. Making another instance of it is cheap, and its instances share what the engine has optimised. */
export interface Program {
  /** Makes an instance with zeroed memory of at least `bytes` bytes; undefined where the process can't have another memory. */
  instantiate(bytes: number): { readonly memory: ArrayBuffer; readonly run: () => void } | undefined
}

/** Compiles a module of `encodeModule`; undefined where this machine's engine lacks instructions that it uses. */
export function compile(bytes: Uint8Array): Program | undefined {
  if (!engine.validate(bytes)) return undefined
  const module = new engine.Module(bytes)
  return {
    instantiate(size) {
      const memory = allocate(size)
      if (!memory) return undefined
      const { run } = new engine.Instance(module, { sluice: { memory } }).exports
      return { memory: memory.buffer, run }
    },
  }
}

/** Each memory reserves gigabytes of address space, whatever its size, so that after some 16,000 of them there is none left. */
function allocate(bytes: number): { readonly buffer: ArrayBuffer } | undefined {
  try {
    return new engine.Memory({ initial: Math.ceil(bytes / 65536) })
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}
