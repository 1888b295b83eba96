import { API_URL } from '@/api/client'
import type { Game } from '@/game/reducer'
import { Chart } from '@/host/screens/Chart'
import { Head } from '@/host/screens/Head'
import { hostWords } from '@/host/host.en'

/** What the room said, the chart first; what was right, by more than colour; why. */
export function ResultScreen({ game }: { game: Game }) {
  const { question, result } = game
  if (!question || !result) return null
  return (
    <section className="outcome" data-type={question.type}>
      <Head game={game} question={question} />
      <h1 className="outcome__text">{question.text}</h1>
      {question.media && <img className="outcome__picture" src={API_URL + question.media.url} alt={question.media.alt} />}
      {result.solution.void && <p className="outcome__void">{hostWords.result.voided}</p>}
      {question.type !== 'slide' && <Chart question={question} result={result} />}
      {question.type !== 'slide' && <p className="outcome__answered tabular muted">{hostWords.result.answered(result.answered, result.of)}</p>}
      {result.explanation && (
        <div className="outcome__why">
          <h2>{hostWords.result.why}</h2>
          <p>{result.explanation}</p>
        </div>
      )}
    </section>
  )
}
