import { type AvroType, smallestSize, type StructureType } from './avro-type.ts'
import { DEEPEST_VALUE, MALFORMED } from './wire.ts'

export const MALFORMED_SOURCE = String(MALFORMED)

/** Reads a long into `x`. A byte beyond the end is no harm: the position is then beyond it too, which is found out later. */
export const longSource = `x=b[p];if(x<128){p++;x=(x>>>1)^-(x&1)}else{p=readLong(b,p,end);if(p<0)return ${MALFORMED};x=state.value}`

/** Reads an int into `x`. */
export const intSource = longSource.replace('readLong', 'readInt')

/** Reads the length of a text or of bytes into `n`. All of it is before the end. */
export const countSource = `${longSource}if(x<0||x>end-p)return ${MALFORMED};n=x;`

/**
 * Writes source that passes values without looking at what they are. What it is part of has `b`, `p`, `end`, and `n` and `x` to
 * write to; nested values take functions, which are in `functions`.
 */
export class SkipSource {
  readonly functions: string[] = []
  readonly #names = new Map<AvroType, string>()

  /** `depth` is the source of how deep the value stands. */
  skip(type: AvroType, depth: string): string {
    switch (type.kind) {
      case 'null':
        return ''
      case 'boolean':
        return `if(!(b[p++]<2))return ${MALFORMED};`
      case 'int':
        return intSource
      case 'long':
        return longSource
      case 'float':
        return 'p+=4;'
      case 'double':
        return 'p+=8;'
      case 'fixed':
        return `p+=${type.size};`
      case 'enum':
        return `${intSource}if(x<0||x>=${type.symbols.length})return ${MALFORMED};`
      case 'string':
      case 'bytes':
        return `${countSource}p+=n;`
      case 'record':
      case 'union':
      case 'array':
      case 'map':
        return `p=${this.#function(type)}(b,p,end,${depth});if(p<0)return ${MALFORMED};`
    }
  }

  #function(type: StructureType): string {
    const known = this.#names.get(type)
    if (known !== undefined) return known
    const name = `skip${this.#names.size}`
    this.#names.set(type, name)
    const body = this.#body(type)
    this.functions.push(`function ${name}(b,p,end,d){let n=0,x=0;if(d>${DEEPEST_VALUE}||p>end)return ${MALFORMED};\n${body}\nreturn p}`)
    return name
  }

  #body(type: StructureType): string {
    switch (type.kind) {
      case 'record':
        return type.fields.map((field) => this.skip(field.type, 'd+1')).join('\n')
      case 'union': {
        const cases = type.branches.map((branch, i) => `case ${i}:{${this.skip(branch, 'd+1')}break}`)
        return `${intSource}switch(x){${cases.join('')}default:return ${MALFORMED}}`
      }
      case 'array':
        return this.#blocks(this.skip(type.items, 'd+1'), smallestSize(type.items))
      case 'map':
        return this.#blocks(`${this.skip({ kind: 'string' }, 'd+1')}${this.skip(type.values, 'd+1')}`, 1 + smallestSize(type.values))
    }
  }

  /**
   * Blocks of items, each after its count; a negative count is followed by the size of the block, which is held to be what its items take,
   * since others may go by the one or the other. Items of no size take no time.
   */
  #blocks(item: string, size: number): string {
    return `for(;;){
if(p>=end)return ${MALFORMED};
${longSource}
if(x===0)return p;
let k=x,e=-1;
if(k<0){k=-k;${countSource}e=p+n}
${size === 0 ? '' : `if(k>(end-p)/${size})return ${MALFORMED};for(;k>0;k--){${item}}`}
if(e>=0&&p!==e)return ${MALFORMED};
}`
  }
}
