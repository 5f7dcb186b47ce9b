/** Where models are shared among the members of a group by the partitions of the models topic. Calls for different partitions may overlap. */
export interface ModelHolder {
  /** Resolves when the models of these partitions serve, as far as they can. */
  take(partitions: readonly number[]): Promise<void>
  /** The models of these partitions are another member's, once every stream has dropped what it took. */
  drop(partitions: readonly number[]): Promise<void>
}
