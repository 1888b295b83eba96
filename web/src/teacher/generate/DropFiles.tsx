import { useId, useState, type DragEvent } from 'react'
import { say } from '@/teacher/generate/generate.en'
import type { Files } from '@/teacher/generate/useFiles'
import { ENDINGS, faultOf, MOST_FILES, type Sent } from '@/teacher/generate/wish'
import { FieldError } from '@/ui/Field'
import { Icon } from '@/ui/Icon'

/** A place to drop files on, and how far each of them is. */
export function DropFiles({ sending, error }: { sending: Files; error: string | undefined }) {
  const id = useId()
  const [over, setOver] = useState(false)
  const { files, problem, add, retry, remove } = sending
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- dropping is a shortcut; the button inside does the same
    <section
      aria-label={say.source.files}
      className={over ? 'drop drop--files drop--over' : 'drop drop--files'}
      onDrop={(event: DragEvent) => {
        event.preventDefault()
        setOver(false)
        add(event.dataTransfer.files)
      }}
      onDragOver={(event) => {
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
    >
      {files.length > 0 && (
        <ul className="files" aria-live="polite">
          {files.map((file) => (
            <SentRow key={file.key} file={file} onAgain={() => retry(file.key)} onRemove={() => remove(file.key)} />
          ))}
        </ul>
      )}
      {files.length < MOST_FILES && (
        <>
          {files.length === 0 && <p>{say.drop}</p>}
          <label className={files.length === 0 ? 'button' : 'button button--quiet'}>
            {files.length === 0 ? say.choose : say.more}
            <input
              type="file"
              multiple
              className="visually-hidden"
              accept={ENDINGS.join(',')}
              aria-describedby={`${id}-formats ${id}-error`}
              onChange={(event) => {
                add(event.target.files ?? [])
                event.target.value = ''
              }}
            />
          </label>
        </>
      )}
      <p className="muted" id={`${id}-formats`}>
        {say.formats}
      </p>
      <FieldError id={`${id}-error`}>{error ?? problem}</FieldError>
    </section>
  )
}

function SentRow({ file, onAgain, onRemove }: { file: Sent; onAgain: () => void; onRemove: () => void }) {
  const percent = Math.floor(file.share * 100)
  const stand = file.problem ?? (file.id ? say.there : file.share < 1 ? say.sending(percent) : say.checking)
  return (
    <li className="file">
      <Icon name={file.problem ? 'alert' : file.id ? 'check' : 'upload'} />
      <div className="file__words">
        <p>
          <b>{file.name}</b> <span className="muted tabular">{say.size(file.size)}</span>
        </p>
        <p className={file.problem ? 'file__problem' : 'muted tabular'}>{stand}</p>
        {!file.problem && !file.id && (
          <div className="progress__bar" role="progressbar" aria-label={file.name} aria-valuemin={0} aria-valuemax={100} aria-valuenow={percent}>
            <span style={{ '--share': file.share }} />
          </div>
        )}
        {file.problem && faultOf(file) === null && (
          <button type="button" className="link" onClick={onAgain}>
            {say.again}
          </button>
        )}
      </div>
      <button type="button" className="icon-button" aria-label={say.remove(file.name)} title={say.remove(file.name)} onClick={onRemove}>
        <Icon name="cross" />
      </button>
    </li>
  )
}
