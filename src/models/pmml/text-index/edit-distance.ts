/** How many characters must be put in, left out or changed to make one text of the other; `limit` + 1 where it is more than `limit`. */
export function editDistance(left: string, right: string, limit: number): number {
  if (left === right) return 0
  if (Math.abs(left.length - right.length) > limit) return limit + 1
  let before = Array.from({ length: right.length + 1 }, (_, i) => i)
  for (let i = 1; i <= left.length; i++) {
    const row = [i]
    let least = i
    for (let j = 1; j <= right.length; j++) {
      const changed = before[j - 1]! + (left[i - 1] === right[j - 1] ? 0 : 1)
      const value = Math.min(changed, before[j]! + 1, row[j - 1]! + 1)
      row.push(value)
      least = Math.min(least, value)
    }
    if (least > limit) return limit + 1
    before = row
  }
  return Math.min(before[right.length]!, limit + 1)
}
