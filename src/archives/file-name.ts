import type { TopicPartition } from '../core/log.ts'

export interface FileNaming extends TopicPartition {
  readonly archive: string
  /** What tells the topic from others that have had its name; undefined where that is not known. */
  readonly topicId: string | undefined
  readonly extension: string
}

const DIGITS = 20

/** What all files of one partition begin with. */
export function filePrefix({ archive, topic, topicId, partition }: FileNaming): string {
  return [archive, topic, ...(topicId === undefined ? [] : [topicId]), partition, ''].join('-')
}

/** The name of the file that begins at an offset: it sorts by offset, and a file that is made again takes the place of the first one. */
export function fileName(naming: FileNaming, first: bigint): string {
  return `${filePrefix(naming)}${String(first).padStart(DIGITS, '0')}.${naming.extension}`
}

/** The name of a file that is not complete: it begins with a dot, so that readers of the folder pass it over. */
export function partName(naming: FileNaming, first: bigint, mark: string): string {
  return `.${fileName(naming, first)}.${mark}.part`
}

/** The offset with which a file of this partition begins; undefined for any other file. */
export function firstOffsetIn(name: string, naming: FileNaming): bigint | undefined {
  const prefix = filePrefix(naming)
  if (!name.startsWith(prefix) || !name.endsWith(`.${naming.extension}`)) return undefined
  const digits = name.slice(prefix.length, -naming.extension.length - 1)
  return new RegExp(`^\\d{${DIGITS}}$`).test(digits) ? BigInt(digits) : undefined
}

/** Whether it is an incomplete file of this partition, of any process. */
export function isPart(name: string, naming: FileNaming): boolean {
  return name.startsWith(`.${filePrefix(naming)}`) && name.endsWith('.part')
}
