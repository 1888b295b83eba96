/** Long jobs, notifications and engines, as the API names them. */
import type { components } from '@/generated/api'

type Schemas = components['schemas']

export type Job = Schemas['Job']
export type JobStep = Schemas['JobStep']
export type JobSteps = Schemas['JobSteps']
export type Notification = Schemas['Notification']
export type NotificationPage = Schemas['NotificationPage']

/** Tokens of language models: those of a day, and how many there may be. */
export interface Budget {
  used: number
  limit: number
}

/** Who answers: a model by its name, or `offline`. What others may not see is left out. */
export interface Engine {
  engine: string
  offline: boolean
  budget?: Budget | null
  installation?: Budget | null
  endpoints?: { name: string; model: string }[] | null
}

/** What a test of an endpoint found, in sentences. */
export interface Findings {
  ok: boolean
  says: string[]
}
