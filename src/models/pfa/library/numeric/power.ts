/** x to the power y as Java's Math.pow and PFA have it; JavaScript's `**` is the same function of IEEE 754 cases. */
export function power(x: number, y: number): number {
  return x ** y
}
