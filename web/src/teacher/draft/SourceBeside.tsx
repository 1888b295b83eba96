import type { DraftItem } from '@/teacher/api'
import { say } from '@/teacher/draft/draft.en'
import { around, flowing, pieces } from '@/teacher/draft/review'

/** The sentence a question rests on, marked in what stands around it, and where that is. */
export function SourceBeside({ item, text }: { item: DraftItem; text: string | null }) {
  const { source, question } = item
  if (!source) {
    return (
      <aside className="item__source">
        <p className="muted">{say.noSource}</p>
      </aside>
    )
  }
  const near = around(text, source.quote)
  const where = [source.file_name, source.page && say.page(source.page), source.heading].filter(Boolean).join(' · ')
  return (
    <aside className="item__source" aria-label={say.source}>
      <h2>{say.source}</h2>
      {where && <p className="muted item__where">{where}</p>}
      <blockquote>
        {near?.before && <span className="muted">{flowing(near.before)}</span>}
        <mark>{pieces(flowing(source.quote), question).map((piece, index) => (piece.key ? <b key={index}>{piece.text}</b> : <span key={index}>{piece.text}</span>))}</mark>
        {near?.after && <span className="muted">{flowing(near.after)}</span>}
      </blockquote>
    </aside>
  )
}
