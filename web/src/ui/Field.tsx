import { useId, type ComponentProps, type ReactNode } from 'react'
import { Icon } from '@/ui/Icon'

type Props = ComponentProps<'input'> & { label: ReactNode; hint?: ReactNode; error?: ReactNode }

/** A labelled line of input with its hint and its error; both are read out with the field. */
export function Field({ label, hint, error, className, ...input }: Props) {
  const id = useId()
  const notes = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ')
  return (
    <div className="field">
      <label className="field__label" htmlFor={id}>
        {label}
      </label>
      {hint && (
        <span className="field__hint" id={`${id}-hint`}>
          {hint}
        </span>
      )}
      <input {...input} id={id} className={['input', className].filter(Boolean).join(' ')} aria-invalid={error ? true : undefined} aria-describedby={notes || undefined} />
      <FieldError id={`${id}-error`}>{error}</FieldError>
    </div>
  )
}

/** What is wrong and what to do, announced when it appears. */
export function FieldError({ id, children }: { id: string; children: ReactNode }) {
  return (
    <span role="alert" id={id}>
      {children ? (
        <span className="field__error">
          <Icon name="alert" />
          <span>{children}</span>
        </span>
      ) : null}
    </span>
  )
}
