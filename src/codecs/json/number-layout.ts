/** How much text is read at once. */
export const KERNEL_TEXT = 1 << 14

export const BLOCK = 32
export const WIDTH = 16
export const [SPACE, COMMA, MINUS, DOT, ZERO] = [32, 44, 45, 46, 48]

/** Where the module's memory has what. */
export const ARGUMENTS = { from: 0, until: 4, limit: 8, count: 12 } as const
export const SHUFFLES = 64
export const POWERS = SHUFFLES + 17 * WIDTH
export const TOKEN_MASKS = POWERS + 2 * 32 * 8
/** For numbers of up to 32 characters: the powers by the place of the point, the signs, and masks of what stands after the place 32. */
export const LONG_POWERS = TOKEN_MASKS + 2 * WIDTH
export const SIGNS = LONG_POWERS + 33 * 8
export const LONG_MASKS = SIGNS + 2 * 8
/** Vectors that the code begins with. */
export const CONSTANTS = LONG_MASKS + 6 * WIDTH
export const TEXT = CONSTANTS + 8 * WIDTH
export const COMMAS = TEXT + KERNEL_TEXT + 2 * BLOCK
/** One entry for each byte of the text, and those that are written in vain. */
export const NUMBERS = COMMAS + (KERNEL_TEXT + 2 * BLOCK) * 4
export const SIZE = NUMBERS + (KERNEL_TEXT + 2) * 8
