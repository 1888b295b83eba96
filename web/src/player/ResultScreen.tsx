import type { Game } from '@/game/reducer'
import { Counted } from '@/player/result/Counted'
import { Given, Solved } from '@/player/result/Solved'
import { Standing } from '@/player/result/Standing'
import { Verdict } from '@/player/result/Verdict'
import type { ScreenProps } from '@/player/screen'
import { SentLine } from '@/player/SentLine'
import { useHeading } from '@/player/useHeading'
import { words } from '@/words'

/** Right or not in words and shape; points and where they came from; rank; what was right and why. */
export function ResultScreen({ game, sent }: ScreenProps) {
  const { question, result } = game
  const own = game.me?.result ?? null
  const heading = useHeading(`${question?.id ?? ''} result ${own?.status ?? ''}`)
  if (!question) return null
  const missed = own?.status === 'none' && sent && sent.status !== 'accepted'
  return (
    <section className="result" data-status={question.type === 'slide' ? 'slide' : (own?.status ?? 'unknown')}>
      <Verdict heading={heading} slide={question.type === 'slide'} own={own} scored={scored(game)} />
      {missed && <SentLine sent={sent} />}
      {own && own.status !== 'survey' && scored(game) && <Standing own={own} hidden={!game.settings.show_leaderboard} />}
      {result && (
        <div className="result__more">
          <Solved question={question} solution={result.solution} />
          {own && own.status !== 'correct' && game.me?.answer && <Given question={question} answer={game.me.answer} />}
          <Counted question={question} result={result} />
          {result.explanation && (
            <div className="fact">
              <h2>{words.result.why}</h2>
              <p className="fact__why">{result.explanation}</p>
            </div>
          )}
        </div>
      )}
      <p className="result__next muted">{words.result.next}</p>
    </section>
  )
}

function scored(game: Game): boolean {
  return game.settings.scoring !== 'survey'
}
