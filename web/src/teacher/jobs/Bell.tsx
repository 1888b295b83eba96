import Popover from '@mui/material/Popover'
import { useState } from 'react'
import { messageOf } from '@/api/problem'
import { underWay } from '@/jobs/feed'
import { theFeed, useFeed } from '@/jobs/useFeed'
import { Link } from '@/router'
import { say } from '@/teacher/jobs/jobs.en'
import { NotificationRow } from '@/teacher/jobs/NotificationRow'
import { JobLine } from '@/teacher/jobs/UnderWay'
import { tell } from '@/teacher/parts/snack'
import { Button } from '@/ui/Button'
import { Icon } from '@/ui/Icon'

/** How much is new, and behind it what is under way and what was told last. */
export function Bell({ current }: { current: boolean }) {
  const { unread } = useFeed()
  const [at, setAt] = useState<HTMLElement | null>(null)
  const close = () => setAt(null)
  return (
    <>
      <button type="button" className="bell" aria-label={say.bell.label(unread)} title={say.bell.title} aria-haspopup="dialog" aria-expanded={at !== null} aria-current={current ? 'page' : undefined} onClick={(event) => setAt(event.currentTarget)}>
        <Icon name="bell" size="1.5rem" />
        {unread > 0 && (
          <span className="bell__count tabular" aria-hidden="true">
            {unread > 99 ? '99+' : unread}
          </span>
        )}
      </button>
      <Popover
        open={at !== null}
        anchorEl={at}
        onClose={close}
        anchorOrigin={{ vertical: 'bottom', horizontal: 'right' }}
        transformOrigin={{ vertical: 'top', horizontal: 'right' }}
        slotProps={{ paper: { className: 'panel', role: 'dialog', 'aria-label': say.bell.title } }}
      >
        <Panel onClose={close} />
      </Popover>
    </>
  )
}

function Panel({ onClose }: { onClose: () => void }) {
  const view = useFeed()
  const jobs = underWay(view)
  const readAll = () => {
    theFeed()
      ?.read(null)
      .catch((error: unknown) => tell(messageOf(error)))
  }
  return (
    <>
      <header className="panel__head">
        <h2>{say.bell.title}</h2>
        <Button kind="plain" disabled={view.unread === 0} onClick={readAll}>
          {say.bell.all}
        </Button>
      </header>
      {jobs.length > 0 && (
        <section className="panel__jobs" aria-label={say.job.underWay}>
          {jobs.map((held) => (
            <JobLine key={held.job.id} held={held} onGo={onClose} />
          ))}
        </section>
      )}
      {view.latest?.length === 0 && jobs.length === 0 && (
        <p className="panel__none muted">
          <b>{say.bell.none}</b>
          <br />
          {say.bell.noneHelp}
        </p>
      )}
      {view.latest === null && <p className="panel__none muted">{view.lost ? say.job.lost : null}</p>}
      <ul className="told-list">
        {view.latest?.map((told) => (
          <NotificationRow key={told.id} told={told} onGo={onClose} />
        ))}
      </ul>
      <footer className="panel__foot">
        <Link to="/notifications" onClick={onClose}>
          {say.bell.see}
        </Link>
      </footer>
    </>
  )
}
