import { useEffect, useState } from 'react'
import type { Notification } from '@/jobs/types'
import { theFeed, useFeed } from '@/jobs/useFeed'
import { navigate } from '@/router'
import { say } from '@/teacher/jobs/jobs.en'
import { say as words } from '@/teacher/teacher.en'
import { announce } from '@/ui/announce'
import { Icon } from '@/ui/Icon'

/** Long enough to read it; the bell keeps it. It does not pass while nobody looks, or while it is pointed at or focused. */
const SHOWN_MS = 7000
const MOST = 2

/** What is new, at the foot of the page above what can be pressed there, without taking the focus. Each is there once. */
export function Toasts() {
  const { toasts } = useFeed()
  const shown = toasts.slice(0, MOST)
  return (
    <section className="toasts" aria-label={say.toast.region}>
      {shown.map((told) => (
        <Toast key={told.id} told={told} />
      ))}
      {toasts.length > MOST && <p className="toasts__more">{say.toast.more(toasts.length - MOST)}</p>}
    </section>
  )
}

function Toast({ told }: { told: Notification }) {
  const [held, setHeld] = useState(false)
  const [away, setAway] = useState(document.hidden)
  useEffect(() => announce(told.text ? `${told.title}. ${told.text}` : told.title), [told.title, told.text])
  useEffect(() => {
    const look = () => setAway(document.hidden)
    document.addEventListener('visibilitychange', look)
    return () => document.removeEventListener('visibilitychange', look)
  }, [])
  useEffect(() => {
    if (held || away) return
    const timer = setTimeout(() => theFeed()?.dismiss(told.id), SHOWN_MS)
    return () => clearTimeout(timer)
  }, [held, away, told.id])
  const { link } = told
  const look = () => {
    theFeed()
      ?.read(told.id)
      .catch(() => undefined) // it stays unread, and the bell says so
    if (link) navigate(link)
  }
  return (
    // eslint-disable-next-line jsx-a11y/no-static-element-interactions -- it only stays longer while it is looked at
    <div className={`toast toast--${told.level}`} onMouseEnter={() => setHeld(true)} onMouseLeave={() => setHeld(false)} onFocus={() => setHeld(true)} onBlur={() => setHeld(false)} onKeyDown={(event) => event.key === 'Escape' && theFeed()?.dismiss(told.id)}>
      <Icon name={told.level === 'bad' ? 'alert' : told.level === 'good' ? 'check' : 'info'} />
      <div className="toast__words">
        <b>{told.title}</b>
        {told.text && <p>{told.text}</p>}
      </div>
      {link && (
        <button type="button" className="link" aria-label={say.toast.lookAt(told.title)} onClick={look}>
          {say.toast.look}
        </button>
      )}
      <button type="button" className="icon-button" aria-label={words.close} onClick={() => theFeed()?.dismiss(told.id)}>
        <Icon name="cross" />
      </button>
    </div>
  )
}
