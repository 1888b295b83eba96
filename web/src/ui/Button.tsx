import type { ComponentProps, MouseEvent, ReactNode } from 'react'
import { Icon, type IconName } from '@/ui/Icon'
import { Link } from '@/router'

interface Looks {
  kind?: 'primary' | 'quiet' | 'plain' | 'danger'
  large?: boolean
  wide?: boolean
  icon?: IconName
  children: ReactNode
}

function classes({ kind = 'primary', large, wide }: Omit<Looks, 'children'>, extra?: string): string {
  return ['button', kind !== 'primary' && `button--${kind}`, large && 'button--large', wide && 'button--wide', extra].filter(Boolean).join(' ')
}

type Props = Looks & Omit<ComponentProps<'button'>, 'children'> & { busy?: boolean }

/** A button. While `busy` or disabled it keeps its place and the focus, and does nothing. */
export function Button({ kind, large, wide, icon, busy = false, disabled = false, onClick, className, children, type = 'button', ...rest }: Props) {
  const still = busy || disabled
  const press = (event: MouseEvent<HTMLButtonElement>) => {
    if (still) event.preventDefault()
    else onClick?.(event)
  }
  return (
    <button
      {...rest}
      type={type}
      aria-disabled={still || undefined}
      aria-busy={busy || undefined}
      onClick={press}
      className={classes({ ...(kind && { kind }), ...(large && { large }), ...(wide && { wide }) }, className)}
    >
      {busy ? <span className="spinner" aria-hidden="true" /> : icon && <Icon name={icon} />}
      {children}
    </button>
  )
}

/** A link that looks like a button: it goes somewhere, and can be opened in a new tab. */
export function LinkButton({ to, kind, large, wide, icon, children }: Looks & { to: string }) {
  return (
    <Link to={to} className={classes({ ...(kind && { kind }), ...(large && { large }), ...(wide && { wide }) })}>
      {icon && <Icon name={icon} />}
      {children}
    </Link>
  )
}
