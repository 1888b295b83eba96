import { useEffect, useRef, type KeyboardEvent } from 'react'
import type { DraftQuestion } from '@/teacher/editor/draft'
import { editorWords } from '@/teacher/editor/editor.en'
import { Icon } from '@/ui/Icon'

interface Props {
  questions: DraftQuestion[]
  at: number
  isTodo: (question: DraftQuestion) => boolean
  adding: boolean
  onShow: (place: number) => void
  onKeys: (event: KeyboardEvent) => void
  /** Null when there can be no more. */
  onAdd: (() => void) | null
}

/** All questions in order; choosing one shows it, Alt and an arrow key moves it. */
export function QuestionList({ questions, at, isTodo, adding, onShow, onKeys, onAdd }: Props) {
  const list = useRef<HTMLOListElement>(null)
  useEffect(() => {
    const current = list.current?.children[at]
    if (current && 'scrollIntoView' in current) current.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }, [at, questions.length])
  return (
    <nav className="outline" aria-label={editorWords.list}>
      {questions.length > 1 && <p className="outline__keys muted">{editorWords.keys}</p>}
      <ol className="outline__list" ref={list}>
        {questions.map((question, index) => (
          <li key={question.id}>
            <button type="button" className="outline__item" aria-current={index === at ? 'true' : undefined} onClick={() => onShow(index)} onKeyDown={index === at ? onKeys : undefined}>
              <span className="outline__number tabular">
                <span className="visually-hidden">{editorWords.number(index + 1)}: </span>
                <span aria-hidden="true">{index + 1}</span>
              </span>
              <span className="outline__words">
                <span className={question.text.trim() ? 'outline__text' : 'outline__text muted'}>{question.text.trim() || editorWords.noText}</span>
                <span className="outline__type muted">{editorWords.types[question.type]}</span>
              </span>
              {isTodo(question) && (
                <span className="outline__todo" title={editorWords.todo}>
                  <Icon name="alert" />
                  <span className="visually-hidden">{editorWords.todo}</span>
                </span>
              )}
            </button>
          </li>
        ))}
      </ol>
      {questions.length > 0 &&
        (onAdd ? (
          <button type="button" className="outline__add" aria-expanded={adding} onClick={onAdd}>
            <Icon name="plus" /> <span>{editorWords.add}</span>
          </button>
        ) : (
          <p className="muted">{editorWords.full}</p>
        ))}
    </nav>
  )
}
