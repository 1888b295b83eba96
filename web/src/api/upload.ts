import { accessToken, API_URL } from '@/api/client'
import { offline, problemOf } from '@/api/problem'

interface Upload {
  signal: AbortSignal
  /** The share that has left this device, from 0 to 1. */
  onShare: (share: number) => void
  idempotencyKey: string
}

/** Sends a file, telling how far it is, which `fetch` cannot. Throws `Problem`, or an AbortError once aborted. */
export async function upload<T>(path: string, file: File, { signal, onShare, idempotencyKey }: Upload): Promise<T> {
  const once = async (renew: boolean) => {
    const token = await accessToken({ renew })
    return send(path, file, { Authorization: `Bearer ${token ?? ''}`, 'X-Client': 'web', 'Idempotency-Key': idempotencyKey }, signal, onShare)
  }
  let response = await once(false)
  if (response.status === 401) response = await once(true)
  if (!response.ok) throw await problemOf(response)
  return (await response.json()) as T
}

function send(path: string, file: File, headers: Record<string, string>, signal: AbortSignal, onShare: (share: number) => void): Promise<Response> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    const abort = () => {
      request.abort()
      reject(new DOMException('Nobody waits for this any more.', 'AbortError'))
    }
    if (signal.aborted) {
      abort()
      return
    }
    signal.addEventListener('abort', abort, { once: true })
    request.upload.onprogress = (event) => {
      if (event.lengthComputable) onShare(event.loaded / event.total)
    }
    request.onerror = () => reject(offline())
    request.onload = () => {
      signal.removeEventListener('abort', abort)
      const retry = request.getResponseHeader('Retry-After')
      resolve(new Response(request.responseText || null, { status: request.status, ...(retry && { headers: { 'Retry-After': retry } }) }))
    }
    request.open('POST', API_URL + path)
    request.withCredentials = API_URL !== ''
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value)
    const body = new FormData()
    body.append('file', file)
    request.send(body)
  })
}
