import { useState } from 'react'
import { call } from '@/api/client'
import { messageOf } from '@/api/problem'
import { useSession } from '@/api/session'
import type { Budget, Engine, Findings } from '@/jobs/types'
import { Link, useTitle } from '@/router'
import { EngineBadge } from '@/teacher/jobs/EngineBadge'
import { say } from '@/teacher/jobs/jobs.en'
import { Failed, Skeleton } from '@/teacher/parts/List'
import { useFetched } from '@/teacher/useFetched'
import { Button } from '@/ui/Button'
import { Notice } from '@/ui/Notice'
import { words } from '@/words'

/** Which engine answers, what it may still spend today, and for administrators whether it can be reached. */
export default function SettingsPage() {
  const { settings } = say
  useTitle(`${settings.title} · ${words.product}`)
  const session = useSession()
  const isAdmin = session !== null && session !== 'unknown' && session.user.role === 'admin'
  const { value, problem, reload } = useFetched<Engine>('/api/engine')
  return (
    <div className="narrow">
      <header className="page-head">
        <h1>{settings.title}</h1>
        {isAdmin && <Link to="/admin/jobs">{settings.jobs}</Link>}
      </header>
      {problem && !value && <Failed message={problem.status === 404 ? settings.unknown : problem.message} onAgain={reload} />}
      {!value && !problem && <Skeleton rows={2} />}
      {value && (
        <>
          <section className="card form">
            <header className="page-head">
              <h2>{settings.engineTitle}</h2>
              <EngineBadge engine={value.engine} made={false} />
            </header>
            <p>{value.offline ? settings.offlineHelp : settings.modelHelp(value.engine)}</p>
          </section>
          <section className="card form">
            <h2>{settings.budgetTitle}</h2>
            {value.offline ? <p className="muted">{settings.budgetOffline}</p> : value.budget && <Spent budget={value.budget} />}
            {value.installation && !value.offline && (
              <>
                <h3>{settings.installation}</h3>
                <Spent budget={value.installation} />
              </>
            )}
            {!value.offline && <p className="muted">{settings.budgetHelp}</p>}
          </section>
          {isAdmin && (
            <section className="card form">
              <h2>{settings.endpointsTitle}</h2>
              <p className="muted">{value.endpoints?.length ? settings.endpointsHelp : settings.noEndpoints}</p>
              {value.endpoints && value.endpoints.length > 0 && (
                <ol className="endpoints">
                  {value.endpoints.map((one) => (
                    <Endpoint key={one.name} name={one.name} model={one.model} />
                  ))}
                </ol>
              )}
            </section>
          )}
        </>
      )}
    </div>
  )
}

function Spent({ budget: { used, limit } }: { budget: Budget }) {
  const { settings } = say
  const inWords = (n: number) => n.toLocaleString('en')
  if (!limit) return <p>{settings.noLimit(inWords(used))}</p>
  return (
    <>
      <p>{settings.budget(inWords(used), inWords(limit))}</p>
      <div className="progress__bar" role="meter" aria-label={settings.budgetTitle} aria-valuemin={0} aria-valuemax={limit} aria-valuenow={Math.min(used, limit)}>
        <span style={{ '--share': Math.min(1, used / limit) }} />
      </div>
      {used >= limit && <Notice kind="warning">{settings.spent}</Notice>}
    </>
  )
}

function Endpoint({ name, model }: { name: string; model: string }) {
  const { settings } = say
  const [busy, setBusy] = useState(false)
  const [found, setFound] = useState<Findings | null>(null)
  const test = async () => {
    setBusy(true)
    setFound(null)
    try {
      setFound(await call<Findings>('POST', '/api/admin/endpoints/test', { body: { name } }))
    } catch (error) {
      setFound({ ok: false, says: [messageOf(error)] })
    }
    setBusy(false)
  }
  return (
    <li>
      <div className="endpoint">
        <div>
          <b>{name}</b> <span className="muted">{model}</span>
        </div>
        <Button kind="quiet" busy={busy} aria-label={settings.testName(name)} onClick={() => void test()}>
          {busy ? settings.testing : settings.test}
        </Button>
      </div>
      {found && (
        <Notice kind={found.ok ? 'positive' : 'negative'}>
          <b>{found.ok ? settings.works : settings.fails}</b>
          {found.says.map((sentence, index) => (
            <p key={index}>{sentence}</p>
          ))}
        </Notice>
      )}
    </li>
  )
}
