/** The records with results that travel with a document (PMML 4.4.1, ModelVerification), as plain data. */
export interface VerificationPlan {
  readonly fields: readonly VerificationField[]
  /** Per record: the texts of the fields' values; undefined where there is none. */
  readonly rows: readonly (readonly (string | undefined)[])[]
}

/** A field of the model, or a result of it. */
export interface VerificationField {
  readonly name: string
  /** How far a number may be off, relative to it. */
  readonly precision: number
  /** Below it, in size, a number counts as zero. */
  readonly zeroThreshold: number
}
