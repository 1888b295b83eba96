import { useId } from 'react'

interface Props<T extends string> {
  name: string
  options: readonly (readonly [value: T, label: string])[]
  value: T
  onChange: (value: T) => void
  /** The name stands above instead of being only read out. */
  labelled?: boolean
}

/** A choice of few, all in sight: one of them, by arrow keys too. */
export function Segments<T extends string>({ name, options, value, onChange, labelled = false }: Props<T>) {
  const id = useId()
  return (
    <fieldset className="segments">
      <legend className={labelled ? 'field__label' : 'visually-hidden'}>{name}</legend>
      <div className="segments__row">
        {options.map(([one, label]) => (
          <label key={one} className={one === value ? 'segment segment--on' : 'segment'}>
            <input type="radio" className="visually-hidden" name={id} checked={one === value} onChange={() => onChange(one)} />
            {label}
          </label>
        ))}
      </div>
    </fieldset>
  )
}
