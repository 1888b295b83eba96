/** A quiz first stored in the editor moves from `/quizzes/new` to its own address; its page stays the same page. */
const madeHere = new Map<string, string>()

function keyOfNew(): string {
  return `new-${madeHere.size}`
}

/** The React key of the editor at an address. */
export function editorKey(quizId: string | undefined): string {
  return quizId === undefined ? keyOfNew() : (madeHere.get(quizId) ?? quizId)
}

/** Tells that the quiz written at `/quizzes/new` now is `quizId`. Call it before the address changes. */
export function madeInEditor(quizId: string): void {
  madeHere.set(quizId, keyOfNew())
}
