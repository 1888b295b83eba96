import { useEffect, useState } from 'react'
import { messageOf } from '@/api/problem'
import type { Notification } from '@/jobs/types'
import { theFeed, useFeed } from '@/jobs/useFeed'
import { useTitle } from '@/router'
import { say } from '@/teacher/jobs/jobs.en'
import { NotificationRow } from '@/teacher/jobs/NotificationRow'
import { UnderWay } from '@/teacher/jobs/UnderWay'
import { Empty } from '@/teacher/parts/Empty'
import { List } from '@/teacher/parts/List'
import { Segments } from '@/teacher/parts/Segments'
import { tell } from '@/teacher/parts/snack'
import { usePages } from '@/teacher/usePages'
import { Button } from '@/ui/Button'
import { words } from '@/words'

/** Everything that happened while one was not looking, the latest first. */
export default function NotificationsPage() {
  useTitle(`${say.bell.title} · ${words.product}`)
  const { unread, latest } = useFeed()
  const [only, setOnly] = useState<'all' | 'unread'>('all')
  const pages = usePages<Notification>(only === 'all' ? '/api/notifications' : '/api/notifications?unread=true')
  const newest = latest?.[0]?.id
  const { reload } = pages
  useEffect(() => {
    if (newest) reload()
  }, [newest, reload])
  const mark = (id: string | null) => {
    const now = new Date().toISOString()
    pages.change((items) => items.map((item) => (id !== null && item.id !== id ? item : { ...item, read_at: item.read_at ?? now })))
  }
  const readAll = () => {
    theFeed()
      ?.read(null)
      .then(() => {
        mark(null)
        tell(say.bell.readAll)
      })
      .catch((error: unknown) => tell(messageOf(error)))
  }
  return (
    <div className="narrow">
      <header className="page-head">
        <h1>{say.bell.title}</h1>
        <div className="actions">
          <Button kind="quiet" disabled={unread === 0} onClick={readAll}>
            {say.bell.all}
          </Button>
        </div>
      </header>
      <UnderWay />
      <Segments
        name={say.bell.filter}
        options={[
          ['all', say.bell.everything],
          ['unread', say.bell.unread],
        ]}
        value={only}
        onChange={setOnly}
      />
      <List
        pages={pages}
        q=""
        className="told-list told-list--page card"
        empty={
          only === 'unread' ? (
            <p className="muted nothing">{say.bell.noneUnread}</p>
          ) : (
            <Empty art="notifications" title={say.bell.none}>
              <p>{say.bell.noneHelp}</p>
            </Empty>
          )
        }
      >
        {(told) => <NotificationRow key={told.id} told={told} onRead={() => mark(told.id)} />}
      </List>
    </div>
  )
}
