import { call } from '@/api/client'
import type { Job, Notification, NotificationPage } from '@/jobs/types'
import { randomId } from '@/storage'

/** What the feed asks of the server. */
export interface FeedApi {
  jobs(): Promise<Job[]>
  job(id: string): Promise<Job>
  steer(id: string, verb: 'cancel' | 'retry'): Promise<Job>
  notifications(): Promise<{ items: Notification[]; unread: number }>
  read(id: string | null): Promise<void>
}

export const feedApi: FeedApi = {
  jobs: async () => (await call<{ items: Job[] }>('GET', '/api/jobs', { query: { limit: 20 } })).items,
  job: (id) => call('GET', `/api/jobs/${encodeURIComponent(id)}`),
  steer: (id, verb) => call('POST', `/api/jobs/${encodeURIComponent(id)}/${verb}`, { body: {}, idempotencyKey: randomId() }),
  notifications: () => call<NotificationPage>('GET', '/api/notifications', { query: { limit: 8 } }),
  read: (id) => call('POST', id === null ? '/api/notifications/read' : `/api/notifications/${encodeURIComponent(id)}/read`, { body: {}, idempotencyKey: randomId() }),
}
