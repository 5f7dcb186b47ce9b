// oxlint-disable unicorn/no-thenable -- `then` is a word of PFA
/** A document with records for it, both made here from a fixed sequence of numbers. */
export interface BenchDocument {
  readonly document: unknown
  readonly rows: readonly unknown[]
}

const ROWS = 2000

/** Uniform numbers in [0, 1), always the same. */
function numbers(): () => number {
  let state = 12345
  return () => (state = (Math.imul(state, 1103515245) + 12345) >>> 0) / 2 ** 32
}

/** The mean of 50 regression trees of depth 8 over ten numbers, walked by `model.tree.simpleTree`. */
export function forest(trees = 50, depth = 8): BenchDocument {
  const random = numbers()
  const names = Array.from({ length: 10 }, (_, i) => `x${i}`)
  const tree = (level: number): unknown => ({
    field: names[Math.floor(random() * names.length)],
    operator: '<',
    value: Math.round(random() * 1e4) / 1e4 + 1e-5,
    pass: level === 1 ? { double: random() } : { TreeNode: tree(level - 1) },
    fail: level === 1 ? { double: random() } : { TreeNode: tree(level - 1) },
  })
  const node = {
    type: 'record',
    name: 'TreeNode',
    fields: [
      { name: 'field', type: { type: 'enum', name: 'Field', symbols: names } },
      { name: 'operator', type: 'string' },
      { name: 'value', type: 'double' },
      { name: 'pass', type: ['double', 'TreeNode'] },
      { name: 'fail', type: ['double', 'TreeNode'] },
    ],
  }
  return {
    document: {
      input: { type: 'record', name: 'Datum', fields: names.map((name) => ({ name, type: 'double' })) },
      output: 'double',
      cells: { forest: { type: { type: 'array', items: node }, init: Array.from({ length: trees }, () => tree(depth)) } },
      action: {
        'a.mean': [
          {
            'a.map': [
              { cell: 'forest' },
              { params: [{ tree: 'TreeNode' }], ret: 'double', do: { 'model.tree.simpleTree': ['input', 'tree'] } },
            ],
          },
        ],
      },
    },
    rows: Array.from({ length: ROWS }, () => Object.fromEntries(names.map((name) => [name, random()]))),
  }
}

/** The nearest of 20 clusters in ten dimensions, by Euclidean distance, as the tutorials of PFA write it. */
export function clusters(): BenchDocument {
  const random = numbers()
  const point = (): number[] => Array.from({ length: 10 }, () => random())
  const vector = { type: 'array', items: 'double' }
  return {
    document: {
      input: vector,
      output: 'string',
      cells: {
        clusters: {
          type: {
            type: 'array',
            items: {
              type: 'record',
              name: 'Cluster',
              fields: [
                { name: 'center', type: vector },
                { name: 'id', type: 'string' },
              ],
            },
          },
          init: Array.from({ length: 20 }, (_, i) => ({ center: point(), id: `cluster ${i}` })),
        },
      },
      action: {
        attr: {
          'model.cluster.closest': [
            'input',
            { cell: 'clusters' },
            { params: [{ x: vector }, { y: vector }], ret: 'double', do: { 'metric.euclidean': [{ fcn: 'metric.absDiff' }, 'x', 'y'] } },
          ],
        },
        path: [['id']],
      },
    },
    rows: Array.from({ length: ROWS }, point),
  }
}

/** Mean and variance per key in a pool, and how many deviations a value is away. */
export function statistics(): BenchDocument {
  const random = numbers()
  const state = {
    type: 'record',
    name: 'State',
    fields: ['count', 'mean', 'variance'].map((name) => ({ name, type: 'double' })),
  }
  return {
    document: {
      input: {
        type: 'record',
        name: 'Event',
        fields: [
          { name: 'key', type: 'string' },
          { name: 'value', type: 'double' },
        ],
      },
      output: 'double',
      pools: { states: { type: state, init: {} } },
      action: [
        {
          let: {
            now: {
              pool: 'states',
              path: ['input.key'],
              to: { params: [{ old: 'State' }], ret: 'State', do: { 'stat.sample.update': ['input.value', 1.0, 'old'] } },
              init: { type: 'State', value: { count: 0.0, mean: 0.0, variance: 0.0 } },
            },
          },
        },
        { '/': [{ '-': ['input.value', 'now.mean'] }, { 'm.sqrt': [{ '+': ['now.variance', 1e-6] }] }] },
      ],
    },
    rows: Array.from({ length: ROWS }, () => ({ key: `key ${Math.floor(random() * 50)}`, value: random() * 10 })),
  }
}

/** A record of texts and numbers in, another out: conditions, arithmetic and text functions. */
export function reshaping(): BenchDocument {
  const random = numbers()
  const kinds = ['red', 'white', 'rose']
  return {
    document: {
      input: {
        type: 'record',
        name: 'Order',
        fields: [
          { name: 'id', type: 'long' },
          { name: 'customer', type: 'string' },
          { name: 'kind', type: { type: 'enum', name: 'Kind', symbols: kinds } },
          { name: 'price', type: 'double' },
          { name: 'discount', type: ['null', 'double'] },
          { name: 'items', type: { type: 'array', items: 'int' } },
        ],
      },
      output: {
        type: 'record',
        name: 'Summary',
        fields: [
          { name: 'id', type: 'long' },
          { name: 'label', type: 'string' },
          { name: 'total', type: 'double' },
          { name: 'count', type: 'int' },
          { name: 'large', type: 'boolean' },
        ],
      },
      action: [
        { let: { count: { 'a.sum': ['input.items'] } } },
        { let: { off: { ifnotnull: { d: 'input.discount' }, then: { '-': [1.0, 'd'] }, else: 1.0 } } },
        { let: { total: { '*': [{ '*': ['input.price', 'count'] }, 'off'] } } },
        {
          type: 'Summary',
          new: {
            id: 'input.id',
            label: { 's.concat': [{ 's.concat': [{ 's.upper': ['input.customer'] }, [': ']] }, { 'enum.toString': ['input.kind'] }] },
            total: 'total',
            count: 'count',
            large: { '>': ['total', 250.0] },
          },
        },
      ],
    },
    rows: Array.from({ length: ROWS }, (_, id) => ({
      id: 7_000_000_000 + id,
      customer: `customer ${Math.floor(random() * 1000)}`,
      kind: kinds[Math.floor(random() * kinds.length)],
      price: Math.round(random() * 10_000) / 100,
      discount: random() < 0.5 ? null : { double: Math.round(random() * 30) / 100 },
      items: Array.from({ length: 4 }, () => Math.floor(random() * 5)),
    })),
  }
}
