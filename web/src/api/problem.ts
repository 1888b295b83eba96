import { words } from '@/words'

export interface FieldProblem {
  field: string
  message: string
}

/** An answer of the server that is not success (RFC 9457), or no answer at all: `status` 0, code `offline`. */
export class Problem extends Error {
  override readonly name = 'Problem'
  constructor(
    readonly status: number,
    readonly code: string,
    detail: string,
    readonly errors: readonly FieldProblem[] = [],
    /** Seconds to wait before trying again, when the server says so. */
    readonly retryAfter: number | null = null,
    readonly requestId: string | null = null,
  ) {
    super(detail)
  }

  /** The message for one field of a form, if there is one. */
  on(field: string): string | undefined {
    return this.errors.find((error) => error.field === field)?.message
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}

function fieldProblems(value: unknown): FieldProblem[] {
  if (!Array.isArray(value)) return []
  return value.flatMap((item: unknown) => {
    if (!isRecord(item)) return []
    const message = text(item.message)
    return message ? [{ field: text(item.field) ?? '', message }] : []
  })
}

/** Reads a refusal; a body that is no problem document still becomes words a person understands. */
export async function problemOf(response: Response): Promise<Problem> {
  const body: unknown = await response.json().catch(() => null)
  const data = isRecord(body) ? body : {}
  const seconds = Number(response.headers.get('Retry-After'))
  return new Problem(
    response.status,
    text(data.code) ?? `http_${String(response.status)}`,
    text(data.detail) ?? text(data.title) ?? (response.status >= 500 ? words.errors.server : words.errors.refused),
    fieldProblems(data.errors),
    seconds > 0 ? seconds : null,
    response.headers.get('X-Request-Id'),
  )
}

export function offline(): Problem {
  return new Problem(0, 'offline', words.errors.offline)
}

/** What to show a person for anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Problem ? error.message : words.errors.unexpected
}
