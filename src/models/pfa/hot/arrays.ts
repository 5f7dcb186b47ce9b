import type { HotTable } from './hot-function.ts'

/** Loops over arrays that call a function of the document: written out, so that the function can be inlined. */
export const HOT_ARRAYS: HotTable = {
  'a.map': ({ define }, [array, call]) => {
    const name = define('(a, f) { const out = []; for (let i = 0; i < a.length; i++) out.push(f(a[i])); return out; }')
    return `${name}(${array}, ${call})`
  },
  'a.filter': ({ define }, [array, call]) => {
    const name = define(
      '(a, f) { const out = []; for (let i = 0; i < a.length; i++) { const x = a[i]; if (f(x)) out.push(x); } return out; }',
    )
    return `${name}(${array}, ${call})`
  },
  'a.fold': ({ define }, [array, zero, call]) => {
    const name = define('(a, z, f) { let t = z; for (let i = 0; i < a.length; i++) t = f(t, a[i]); return t; }')
    return `${name}(${array}, ${zero}, ${call})`
  },
}
