import { API_URL } from '@/api/client'
import type { Game } from '@/game/reducer'
import { useNow, useReached } from '@/game/useGame'
import { Head } from '@/host/screens/Head'
import { hostWords } from '@/host/host.en'
import { TimeBar } from '@/player/TimeBar'
import type { Question } from '@/protocol'
import { Icon } from '@/ui/Icon'
import { answerColour, letterAt, Shape } from '@/ui/Shape'
import '@/player/player.css'

/** The question for the room: text largest, picture, options, time, how many have answered. */
export function QuestionScreen({ game }: { game: Game }) {
  const { question, opensAt, closesAt } = game
  const open = useReached(opensAt)
  if (!question) return null
  const away = game.players.filter((player) => !player.connected).length
  const slide = question.type === 'slide'
  return (
    <section className="ask" data-type={question.type}>
      <Head game={game} question={question} />
      {closesAt !== null && open && !slide && <TimeBar closesAt={closesAt} limitMs={Math.max(1, question.time_limit_ms)} />}
      <h1 className={question.text.length > 120 ? 'ask__text ask__text--long' : 'ask__text'}>{question.text}</h1>
      {question.media && <img className="ask__picture" src={API_URL + question.media.url} alt={question.media.alt} />}
      {game.paused ? (
        <p className="ask__still">
          <Icon name="pause" /> {hostWords.question.paused}
          {game.pauseReason && <span className="muted"> {game.pauseReason}</span>}
        </p>
      ) : (
        !open && <Reading opensAt={opensAt} />
      )}
      <Options question={question} dim={!open} />
      {!slide && (
        <p className="ask__answered tabular" role="status">
          <b>{game.answered}</b> / {game.of} {hostWords.question.answeredWord}
        </p>
      )}
      {!slide && away > 0 && open && (
        <p className="ask__away">
          <Icon name="unlinked" /> {hostWords.question.reconnecting(away)}
        </p>
      )}
    </section>
  )
}

function Reading({ opensAt }: { opensAt: number }) {
  const seconds = Math.max(1, Math.ceil((opensAt - useNow(100)) / 1000))
  return (
    <p className="ask__reading tabular">
      {hostWords.question.reading} <b>{seconds}</b>
    </p>
  )
}

function Options({ question, dim }: { question: Question; dim: boolean }) {
  const options = question.options ?? []
  if (options.length === 0) return <p className="ask__hint muted">{hintOf(question)}</p>
  return (
    <>
      {question.type === 'order' && <p className="ask__hint muted">{hostWords.question.orderHint}</p>}
      <ul className={dim ? 'tiles tiles--dim' : 'tiles'} data-count={options.length}>
        {options.map((option, index) => {
          const letter = letterAt(index)
          return (
            <li key={option.id} className="tiles__one" style={{ background: answerColour(letter) }}>
              <Shape letter={letter} size="1.2em" />
              <b>{letter}</b>
              {option.media && <img src={API_URL + option.media.url} alt={option.media.alt} />}
              <span>{option.text}</span>
            </li>
          )
        })}
      </ul>
    </>
  )
}

function hintOf(question: Question): string {
  const { question: say } = hostWords
  switch (question.type) {
    case 'typed':
      return say.typedHint
    case 'number': {
      const { min, max, unit } = question
      const range = typeof min === 'number' && typeof max === 'number' ? ` from ${min} to ${max}` : ''
      return say.numberHint(unit ? `${range} ${unit}` : range)
    }
    case 'open':
      return say.openHint
    case 'word_cloud':
      return say.cloudHint
    default:
      return ''
  }
}
