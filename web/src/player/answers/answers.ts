import type { ReactNode } from 'react'
import type { Sent } from '@/game/client'
import { ManyAnswer } from '@/player/answers/ManyAnswer'
import { NumberAnswer } from '@/player/answers/NumberAnswer'
import { OneAnswer } from '@/player/answers/OneAnswer'
import { OrderAnswer } from '@/player/answers/OrderAnswer'
import { SlideNote } from '@/player/answers/SlideNote'
import { TextAnswer } from '@/player/answers/TextAnswer'
import type { Choice, Question, QuestionType } from '@/protocol'

export interface AnswerProps {
  question: Question
  /** What was chosen on this device or another tab; then nothing can be chosen any more. */
  sent: Sent | null
  /** The id of the heading that asks. */
  labelledBy: string
  onAnswer: (choice: Choice) => void
}

/** How each type of question is answered. */
export const ANSWERS: Record<QuestionType, (props: AnswerProps) => ReactNode> = {
  single_choice: OneAnswer,
  true_false: OneAnswer,
  poll: OneAnswer,
  multiple_choice: ManyAnswer,
  typed: TextAnswer,
  word_cloud: TextAnswer,
  open: TextAnswer,
  number: NumberAnswer,
  order: OrderAnswer,
  slide: SlideNote,
}
