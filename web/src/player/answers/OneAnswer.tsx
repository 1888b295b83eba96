import type { AnswerProps } from '@/player/answers/answers'
import { Tile, tilesClass } from '@/player/answers/Tile'
import { words } from '@/words'

/** One tap answers: single choice, true or false, poll. */
export function OneAnswer({ question, sent, labelledBy, onAnswer }: AnswerProps) {
  const options = question.options ?? []
  return (
    <>
      {question.type === 'poll' && <p className="question__help">{words.question.pollHelp}</p>}
      <div className={tilesClass(options)} role="group" aria-labelledby={labelledBy}>
        {options.map((option, index) => (
          <Tile
            key={option.id}
            option={option}
            index={index}
            mine={sent ? (sent.choice.option_ids ?? []).includes(option.id) : null}
            onPress={() => onAnswer({ option_ids: [option.id] })}
          />
        ))}
      </div>
    </>
  )
}
