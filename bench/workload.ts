/** What `npm run bench` can measure. */
export interface Workload {
  /** What is measured beside what. */
  readonly what: string
  /** Measures, verifies and prints. `quick` is for trying it out. */
  readonly run: (quick: boolean) => Promise<void>
}
