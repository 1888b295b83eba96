import { messageOf } from '@/api/problem'
import type { Notification } from '@/jobs/types'
import { theFeed } from '@/jobs/useFeed'
import { Link } from '@/router'
import { say } from '@/teacher/jobs/jobs.en'
import { tell } from '@/teacher/parts/snack'
import { ago, onDay } from '@/teacher/when'
import { Icon, type IconName } from '@/ui/Icon'

const ICON: Record<Notification['level'], IconName> = { good: 'check', bad: 'alert', plain: 'info' }

interface Props {
  told: Notification
  /** Called once it was read here. */
  onRead?: () => void
  onGo?: () => void
}

/** One notification: its title leads to what it is about, and so it is read. */
export function NotificationRow({ told, onRead, onGo }: Props) {
  const fresh = !told.read_at
  const read = () => {
    if (!fresh) return
    theFeed()
      ?.read(told.id)
      .then(onRead)
      .catch((error: unknown) => tell(messageOf(error)))
  }
  return (
    <li className={fresh ? `told told--${told.level} told--fresh` : `told told--${told.level}`}>
      <span className="told__icon" title={say.bell.levels[told.level]}>
        <Icon name={ICON[told.level]} />
        <span className="visually-hidden">{say.bell.levels[told.level]}</span>
      </span>
      <div className="told__words">
        <p className="told__title">
          {told.link ? (
            <Link
              to={told.link}
              onClick={() => {
                read()
                onGo?.()
              }}
            >
              {told.title}
            </Link>
          ) : (
            told.title
          )}
          {fresh && <span className="tag">{say.bell.fresh}</span>}
        </p>
        {told.text && <p className="told__text">{told.text}</p>}
        <p className="muted told__when">
          <time dateTime={told.created_at} title={onDay(told.created_at)}>
            {ago(told.created_at)}
          </time>
        </p>
      </div>
      {fresh && (
        <button type="button" className="icon-button" aria-label={say.bell.read(told.title)} title={say.bell.read(told.title)} onClick={read}>
          <Icon name="check" />
        </button>
      )}
    </li>
  )
}
