import { useEffect, useRef } from 'react'
import { useNow } from '@/game/useGame'
import { announce } from '@/ui/announce'
import { words } from '@/words'

const ANNOUNCED = [30, 10, 5] as const

/** The time left as a shrinking bar and a number. Spoken at 30, 10 and 5 seconds only. */
export function TimeBar({ closesAt, limitMs }: { closesAt: number; limitMs: number }) {
  const now = useNow(200)
  const left = Math.max(0, closesAt - now)
  const seconds = Math.ceil(left / 1000)
  const spoken = useRef(Infinity)
  useEffect(() => {
    const due = ANNOUNCED.find((at) => seconds <= at && seconds > at - 2 && spoken.current > at && limitMs > at * 1000)
    if (due === undefined) return
    spoken.current = due
    announce(words.question.secondsLeft(seconds))
  }, [seconds, limitMs])
  const hurry = seconds <= 5
  return (
    <div className={hurry ? 'time time--hurry' : 'time'} role="timer" aria-live="off">
      <div className="time__track">
        <div className="time__bar" style={{ transform: `scaleX(${Math.min(1, left / limitMs)})` }} />
      </div>
      <span className="time__number tabular">{left > 0 ? seconds : words.question.timeUp}</span>
      <span className="visually-hidden">{left > 0 ? words.question.secondsLeft(seconds) : ''}</span>
    </div>
  )
}
