import { useId } from 'react'
import { useNow, useReached } from '@/game/useGame'
import { ANSWERS } from '@/player/answers/answers'
import type { ScreenProps } from '@/player/screen'
import { SentLine } from '@/player/SentLine'
import { TimeBar } from '@/player/TimeBar'
import { useHeading } from '@/player/useHeading'
import { mediaUrl } from '@/api/client'
import type { Question } from '@/protocol'
import { words } from '@/words'

/** First reading, then answering; the own answer stays in sight until the result. */
export function QuestionScreen({ game, sent, onAnswer }: ScreenProps) {
  const { question, opensAt, closesAt } = game
  const headingId = useId()
  if (!question) return null
  return <Asked key={question.id} {...{ question, opensAt, closesAt, sent, onAnswer, headingId }} onPhone={game.settings.question_on_phone} />
}

interface AskedProps extends Pick<ScreenProps, 'sent' | 'onAnswer'> {
  question: Question
  opensAt: number
  closesAt: number | null
  headingId: string
  onPhone: boolean
}

function Asked({ question, opensAt, closesAt, sent, onAnswer, headingId, onPhone }: AskedProps) {
  const heading = useHeading(question.id)
  const reading = !useReached(opensAt)
  const Answer = ANSWERS[question.type]
  const text = onPhone && question.text ? question.text : words.question.onBoard
  return (
    <section className="question" data-type={question.type} aria-labelledby={headingId}>
      {closesAt !== null && !reading && question.type !== 'slide' && <TimeBar closesAt={closesAt} limitMs={Math.max(question.time_limit_ms, 1)} />}
      <div className="question__ask">
        <h1 ref={heading} id={headingId} tabIndex={-1} className={text.length > 90 ? 'question__text question__text--long' : 'question__text'}>
          {text}
        </h1>
        {onPhone && question.media && <img className="question__picture" src={mediaUrl(question.media.url)} alt={question.media.alt} />}
      </div>
      {reading ? (
        <Reading opensAt={opensAt} />
      ) : (
        <div className="question__answer">
          <Answer question={question} sent={sent?.status === 'invalid' ? null : sent} labelledBy={headingId} onAnswer={onAnswer} />
        </div>
      )}
      {question.type !== 'slide' && <SentLine sent={sent} />}
    </section>
  )
}

function Reading({ opensAt }: { opensAt: number }) {
  const seconds = Math.max(1, Math.ceil((opensAt - useNow(100)) / 1000))
  return (
    <div className="reading">
      <span className="reading__number tabular" aria-hidden="true">
        {seconds}
      </span>
      <p>{words.question.readFirst}</p>
    </div>
  )
}
