/** What the API answers, as these pages name it. */
import type { components } from '@/generated/api'

type Schemas = components['schemas']

export type QuizSummary = Schemas['QuizSummary']
export type Quiz = Schemas['Quiz']
export type ImportedQuiz = Schemas['ImportedQuiz']
export type ImportWarning = Schemas['ImportWarning']
export type GameSummary = Schemas['GameSummary']
export type GameReport = Schemas['GameReport']
export type ReportQuestion = Schemas['ReportQuestion']
export type ReportPlayer = Schemas['ReportPlayer']
export type ReportAnswer = Schemas['ReportAnswer']
export type SchoolClass = Schemas['SchoolClass']
export type ClassMember = Schemas['ClassMember']
export type ResetCode = Schemas['ResetCode']
export type StoredFile = Schemas['File']
export type PublicConfig = Schemas['PublicConfig']
export type DemoAccount = Schemas['DemoAccount']
export type Account = Schemas['User']
export type QuizWish = Schemas['QuizWish']
export type Generating = Schemas['Generating']
export type DraftSummary = Schemas['DraftSummary']
export type QuizDraft = Schemas['QuizDraft']
export type DraftItem = NonNullable<QuizDraft['items']>[number]
export type DraftQuestion = DraftItem['question']

/** One page of a list. */
export interface Page<T> {
  items: T[]
  next_cursor?: string | null
}
