import { en, type Words } from '@/words/en'

/** The catalogue in use. Another language is one more file of the same shape, chosen here. */
export const words: Words = en
