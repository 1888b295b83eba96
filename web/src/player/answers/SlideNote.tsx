import { words } from '@/words'

/** A slide only shows; there is nothing to send. */
export function SlideNote() {
  return (
    <div className="slide">
      <p>
        <b>{words.question.slide}</b>
      </p>
      <p className="muted">{words.question.slideHelp}</p>
    </div>
  )
}
