import { useState } from 'react'
import type { AnswerProps } from '@/player/answers/answers'
import { SendButton } from '@/player/answers/SendButton'
import { Tile, tilesClass } from '@/player/answers/Tile'
import { words } from '@/words'

/** Any number of options, then send. */
export function ManyAnswer({ question, sent, labelledBy, onAnswer }: AnswerProps) {
  const options = question.options ?? []
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  const [empty, setEmpty] = useState(false)

  const toggle = (id: string) => {
    const next = new Set(chosen)
    if (!next.delete(id)) next.add(id)
    setChosen(next)
    setEmpty(false)
  }
  const send = () => {
    if (chosen.size === 0) setEmpty(true)
    else onAnswer({ option_ids: options.map((option) => option.id).filter((id) => chosen.has(id)) })
  }
  return (
    <>
      {!sent && <p className="question__help">{words.question.chooseSome}</p>}
      <div className={tilesClass(options, true)} role="group" aria-labelledby={labelledBy}>
        {options.map((option, index) => (
          <Tile
            key={option.id}
            option={option}
            index={index}
            pressed={chosen.has(option.id)}
            mine={sent ? (sent.choice.option_ids ?? []).includes(option.id) : null}
            onPress={() => toggle(option.id)}
          />
        ))}
      </div>
      {!sent && <SendButton error={empty ? words.question.chooseFirst : null} onSend={send} />}
    </>
  )
}
