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
const ATTEMPT_MS = 5000

function refusalOf(error: Error): Refusal | null {
  const { data } = error as { data?: unknown }
  if (typeof data !== 'object' || data === null) return null
  const { code, retry_after_ms } = data as Record<string, unknown>
  if (typeof code !== 'string') return null
  return { code, message: error.message, ...(typeof retry_after_ms === 'number' && { retry_after_ms }) }
}

/**
 * Socket.IO, one namespace: WebSocket first, long polling by turns after a failure, since some proxies let a WebSocket
 * open and then starve it. What worked last is tried first next time.
 */
export const socketAt = (namespace: string, path: string): OpenWire => (credentials, events) => {
  let pollingFirst = false
  const order = () => (pollingFirst ? ['polling', 'websocket'] : ['websocket', 'polling'])
  const socket = io(API_URL + namespace, {
    path,
    autoConnect: false,
    reconnection: false,
    forceNew: true,
    transports: order(),
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
    const { engine } = socket.io
    pollingFirst = engine.transport.name === 'polling'
    engine.once('upgrade', () => {
      pollingFirst = false
    })
    events.opened()
  })
  socket.on('disconnect', () => events.lost())
  socket.on('connect_error', (error) => {
    pollingFirst = !pollingFirst
    events.failed(refusalOf(error))
  })
  socket.onAny((name: string, payload: unknown, answer: unknown) => {
    events.event(name, payload, typeof answer === 'function' ? (answer as (value: unknown) => void) : () => undefined)
  })
  return {
    get open() {
      return socket.connected
    },
    connect: () => {
      socket.io.opts.transports = order()
      socket.connect()
    },
    close: () => void socket.disconnect(),
    send: (event, payload, answered) => void socket.emit(event, payload, answered),
  }
}

/** The live game. */
export const openSocket: OpenWire = socketAt('/games', '/socket.io/')
