import { useId, useState, type ChangeEvent } from 'react'
import { messageOf } from '@/api/problem'
import type { Media } from '@/teacher/editor/draft'
import { editorWords } from '@/teacher/editor/editor.en'
import { PICTURES, uploadPicture } from '@/teacher/editor/upload'
import { Picture } from '@/teacher/parts/Picture'
import { FieldError } from '@/ui/Field'
import { Icon } from '@/ui/Icon'

interface Props {
  media: Media | null
  /** The name of the control that chooses a file. */
  name: string
  small?: boolean
  onChange: (media: Media | null) => void
}

/** A picture with its words: choose or drop one, say what it shows, take it out. */
export function PictureField({ media, name, small = false, onChange }: Props) {
  const id = useId()
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string | null>(null)
  const take = async (file: File | undefined) => {
    if (!file || busy) return
    setProblem(null)
    if (!PICTURES.includes(file.type)) {
      setProblem(editorWords.notPicture)
      return
    }
    setBusy(true)
    try {
      onChange({ url: await uploadPicture(file), alt: media?.alt ?? '' })
    } catch (error) {
      setProblem(messageOf(error))
    }
    setBusy(false)
  }
  const choose = (event: ChangeEvent<HTMLInputElement>) => {
    void take(event.target.files?.[0])
    event.target.value = ''
  }
  return (
    // eslint-disable-next-line jsx-a11y/no-static-element-interactions -- dropping is a shortcut; the control inside does the same
    <div
      className={small ? 'picture picture--small' : 'picture'}
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault()
        void take(event.dataTransfer.files[0])
      }}
    >
      {media ? (
        <>
          <Picture url={media.url} alt={media.alt} className="picture__image" gone={editorWords.pictureGone} />
          <div className="picture__words">
            <label className="field__hint" htmlFor={id}>
              {editorWords.alt}
            </label>
            <input className="input" id={id} maxLength={500} title={editorWords.altHint} value={media.alt} onChange={(event) => onChange({ ...media, alt: event.target.value })} />
            <button type="button" className="link" onClick={() => onChange(null)}>
              {editorWords.takePicture}
            </button>
          </div>
        </>
      ) : (
        <label className="picture__add" title={name}>
          {busy ? <span className="spinner" aria-hidden="true" /> : <Icon name="picture" />}
          <span className={small ? 'visually-hidden' : undefined}>{busy ? editorWords.uploading : name}</span>
          <input type="file" className="visually-hidden" accept={PICTURES.join(',')} onChange={choose} />
        </label>
      )}
      <FieldError id={`${id}-error`}>{problem}</FieldError>
    </div>
  )
}
