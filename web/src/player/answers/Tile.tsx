import { mediaUrl } from '@/api/client'
import type { Option } from '@/protocol'
import { Icon } from '@/ui/Icon'
import { answerColour, letterAt, markColour, Shape } from '@/ui/Shape'
import { words } from '@/words'

interface Props {
  option: Option
  index: number
  /** Undefined: a plain choice. Else a switch that is on or off. */
  pressed?: boolean
  /** After choosing: mine, or not. Before: null. */
  mine: boolean | null
  onPress: () => void
}

/** One option: colour, shape and letter, then its words. */
export function Tile({ option, index, pressed, mine, onPress }: Props) {
  const letter = letterAt(index)
  const on = mine ?? pressed
  const bare = !option.text && !option.media
  const state = mine === null ? (pressed ? 'tile--on' : '') : mine ? 'tile--mine' : 'tile--other'
  return (
    <button
      type="button"
      className={`tile ${state}${bare ? ' tile--bare' : ''}`}
      style={{ '--fill': answerColour(letter), '--mark': markColour(letter) }}
      aria-label={words.question.option(letter, option.text || (option.media?.alt ?? ''))}
      aria-pressed={on}
      aria-disabled={mine !== null || undefined}
      onClick={() => {
        if (mine === null) onPress()
      }}
    >
      <span className="tile__mark">
        <Shape letter={letter} size={bare ? '3.5rem' : '1.75rem'} />
        <span>{letter}</span>
      </span>
      {!bare && (
        <span className="tile__body">
          {option.media && <img className="tile__picture" src={mediaUrl(option.media.url)} alt="" />}
          {option.text && <span className="tile__text">{option.text}</span>}
        </span>
      )}
      {pressed !== undefined || on ? <span className="tile__check">{on && <Icon name="check" size="1.5rem" />}</span> : null}
    </button>
  )
}

/** How many words the tiles hold decides whether two fit side by side on a phone. */
export function tilesClass(options: readonly Option[], switches = false): string {
  const longest = Math.max(0, ...options.map((option) => (option.media ? 0 : option.text.length)))
  return options.length % 2 === 0 && options.length > 2 && longest <= (switches ? 7 : 10) ? 'tiles tiles--short' : 'tiles'
}
