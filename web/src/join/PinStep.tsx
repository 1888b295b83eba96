import { useId, useRef, useState, type SyntheticEvent } from 'react'
import { Button } from '@/ui/Button'
import { FieldError } from '@/ui/Field'
import { words } from '@/words'

interface Props {
  given: string
  error: { pin: string; text: string } | null
  onPin: (pin: string) => Promise<void>
}

/** Six digits. The sixth one looks the game up; the button does too. */
export function PinStep({ given, error, onPin }: Props) {
  const [pin, setPin] = useState(given)
  const [busy, setBusy] = useState(false)
  const [short, setShort] = useState(false)
  const field = useRef<HTMLInputElement>(null)
  const id = useId()

  const look = async (wanted: string) => {
    setBusy(true)
    await onPin(wanted).finally(() => setBusy(false))
    field.current?.select()
  }
  const type = (text: string) => {
    const digits = text.replace(/\D/g, '').slice(0, 6)
    setPin(digits)
    setShort(false)
    if (digits.length === 6 && digits !== pin && !busy) void look(digits)
  }
  const submit = (event: SyntheticEvent) => {
    event.preventDefault()
    if (busy) return
    if (pin.length === 6) void look(pin)
    else {
      setShort(true)
      field.current?.focus()
    }
  }
  const wrong = short ? words.join.pinShort : error?.pin === pin ? error.text : null

  return (
    <form className="join" onSubmit={submit} noValidate>
      <h1 className="join__title">{words.join.title}</h1>
      <div className="field">
        <label className="field__label" htmlFor={id}>
          {words.join.pin}
        </label>
        <input
          ref={field}
          id={id}
          className="input join__pin tabular"
          inputMode="numeric"
          pattern="[0-9]*"
          autoComplete="off"
          enterKeyHint="go"
          // The one thing to do on this page, which a stranger opens to type a PIN.
          // eslint-disable-next-line jsx-a11y/no-autofocus
          autoFocus
          value={pin}
          onChange={(event) => type(event.target.value)}
          aria-invalid={wrong ? true : undefined}
          aria-describedby={`${id}-hint ${id}-error`}
        />
        <span className="field__hint" id={`${id}-hint`}>
          {words.join.pinHint}
        </span>
        <FieldError id={`${id}-error`}>{wrong}</FieldError>
      </div>
      <Button type="submit" large wide busy={busy}>
        {words.join.go}
      </Button>
    </form>
  )
}
