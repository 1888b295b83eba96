import { io } from 'socket.io-client'
import { API_URL } from '@/api/client'
import type { Refusal } from '@/protocol'
import { deviceId } from '@/storage'

/** One socket that is opened, lost and opened again by its owner; nothing is buffered while it is closed. */
export interface Wire {
  readonly open: boolean
  connect(): void
  close(): void
  send(event: string, payload: unknown, answered: (answer: unknown) => void): void
}

export interface WireEvents {
  opened(): void
  /** The open socket closed. */
  lost(): void
  /** An attempt failed. `refusal` is set when a server answered and said no. */
  failed(refusal: Refusal | null): void
  event(name: string, payload: unknown, answer: (value: unknown) => void): void
}

export interface Credentials {
  token?: string
  resume?: string
}

export type OpenWire = (credentials: () => Promise<Credentials>, events: WireEvents) => Wire

/** How long one attempt may take, handshake included. */
const ATTEMPT_MS = 6000

function refusalOf(error: Error): Refusal | null {
  const { data } = error as { data?: unknown }
  if (typeof data !== 'object' || data === null) return null
  const { code, retry_after_ms } = data as Record<string, unknown>
  if (typeof code !== 'string') return null
  return { code, message: error.message, ...(typeof retry_after_ms === 'number' && { retry_after_ms }) }
}

/** Socket.IO, namespace `/games`: WebSocket first; after two failures by turns long polling, which passes every proxy. */
export const openSocket: OpenWire = (credentials, events) => {
  let failures = 0
  const socket = io(`${API_URL}/games`, {
    path: '/socket.io/',
    autoConnect: false,
    reconnection: false,
    forceNew: true,
    transports: ['websocket', 'polling'],
    tryAllTransports: true,
    timeout: ATTEMPT_MS,
    auth: (give) => {
      const device = deviceId()
      credentials().then(
        (known) => give({ ...known, device }),
        () => give({ device }),
      )
    },
  })
  socket.on('connect', () => {
    failures = 0
    events.opened()
  })
  socket.on('disconnect', () => events.lost())
  socket.on('connect_error', (error) => {
    failures += 1
    socket.io.opts.transports = failures % 4 < 2 ? ['websocket', 'polling'] : ['polling', 'websocket']
    events.failed(refusalOf(error))
  })
  socket.onAny((name: string, payload: unknown, answer: unknown) => {
    events.event(name, payload, typeof answer === 'function' ? (answer as (value: unknown) => void) : () => undefined)
  })
  return {
    get open() {
      return socket.connected
    },
    connect: () => void socket.connect(),
    close: () => void socket.disconnect(),
    send: (event, payload, answered) => void socket.emit(event, payload, answered),
  }
}
