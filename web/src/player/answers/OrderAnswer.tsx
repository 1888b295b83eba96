import { useLayoutEffect, useRef, useState } from 'react'
import type { AnswerProps } from '@/player/answers/answers'
import { SendButton } from '@/player/answers/SendButton'
import { announce } from '@/ui/announce'
import { Icon } from '@/ui/Icon'
import { answerColour, letterAt, Shape } from '@/ui/Shape'
import { words } from '@/words'

/** Items moved up and down with buttons: by finger, by keyboard, by switch. The focus goes with the item. */
export function OrderAnswer({ question, sent, labelledBy, onAnswer }: AnswerProps) {
  const options = question.options ?? []
  const [order, setOrder] = useState<readonly string[]>(() => options.map((option) => option.id))
  const list = useRef<HTMLOListElement>(null)
  const follow = useRef<{ id: string; way: 'up' | 'down' } | null>(null)
  const shown = sent?.choice.option_ids ?? order

  useLayoutEffect(() => {
    const moved = follow.current
    follow.current = null
    if (!moved) return
    const row = list.current?.querySelector(`[data-id="${CSS.escape(moved.id)}"]`)
    const wanted = row?.querySelector<HTMLButtonElement>(`[data-way="${moved.way}"]`)
    const other = row?.querySelector<HTMLButtonElement>('button:not([aria-disabled])')
    ;(wanted?.getAttribute('aria-disabled') ? other : wanted)?.focus()
  }, [order])

  const move = (id: string, way: 'up' | 'down') => {
    const from = order.indexOf(id)
    const to = from + (way === 'up' ? -1 : 1)
    const other = order[to]
    if (other === undefined) return
    const next = [...order]
    next[from] = other
    next[to] = id
    follow.current = { id, way }
    setOrder(next)
    announce(words.question.moved(textOf(id), to + 1, order.length))
  }
  const textOf = (id: string) => options.find((option) => option.id === id)?.text ?? ''

  return (
    <>
      {!sent && <p className="question__help">{words.question.orderHelp}</p>}
      <ol className="order" ref={list} aria-labelledby={labelledBy}>
        {shown.map((id, place) => {
          const letter = letterAt(options.findIndex((option) => option.id === id))
          const text = textOf(id)
          return (
            <li key={id} className="order__item" data-id={id}>
              <span className="order__place tabular">{place + 1}</span>
              <span className="order__mark" style={{ background: answerColour(letter) }}>
                <Shape letter={letter} size="1.25rem" />
              </span>
              <span className="order__text">{text}</span>
              {!sent && (
                <span className="order__moves">
                  <MoveButton way="up" label={words.question.moveUp(text)} still={place === 0} onMove={() => move(id, 'up')} />
                  <MoveButton way="down" label={words.question.moveDown(text)} still={place === shown.length - 1} onMove={() => move(id, 'down')} />
                </span>
              )}
            </li>
          )
        })}
      </ol>
      {!sent && <SendButton error={null} label={words.question.orderSend} onSend={() => onAnswer({ option_ids: [...order] })} />}
    </>
  )
}

function MoveButton({ way, label, still, onMove }: { way: 'up' | 'down'; label: string; still: boolean; onMove: () => void }) {
  return (
    <button type="button" className="order__move" data-way={way} aria-label={label} aria-disabled={still || undefined} onClick={onMove}>
      <Icon name={way} size="1.5rem" />
    </button>
  )
}
