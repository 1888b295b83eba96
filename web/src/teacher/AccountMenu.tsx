import Menu from '@mui/material/Menu'
import MenuItem from '@mui/material/MenuItem'
import { useState } from 'react'
import type { User } from '@/api/session'
import { Link } from '@/router'
import { say } from '@/teacher/teacher.en'
import { Icon } from '@/ui/Icon'

type Entry = [to: string, label: string]

const ACCOUNT: Entry = ['/account', say.nav.account]
const SETTINGS: Entry = ['/settings', say.nav.settings]
const JOBS: Entry = ['/admin/jobs', say.nav.jobs]

/** What belongs to oneself: for students the account, for teachers the settings too, for administrators what all do. */
export function AccountMenu({ user, path }: { user: User; path: string }) {
  const [at, setAt] = useState<HTMLElement | null>(null)
  const label = { 'aria-label': say.nav.accountOf(user.name), title: say.nav.account }
  const face = (
    <>
      <Icon name="person" />
      <span className="shell__name">{user.name}</span>
    </>
  )
  const entries = user.role === 'admin' ? [ACCOUNT, SETTINGS, JOBS] : [ACCOUNT, SETTINGS]
  const current = entries.some(([to]) => to === path) ? 'page' : undefined
  if (user.role === 'student') {
    return (
      <Link to="/account" className="shell__user" aria-current={current} {...label}>
        {face}
      </Link>
    )
  }
  return (
    <>
      <button type="button" className="shell__user" aria-haspopup="menu" aria-expanded={at !== null} aria-current={current} {...label} onClick={(event) => setAt(event.currentTarget)}>
        {face}
      </button>
      <Menu anchorEl={at} open={at !== null} onClose={() => setAt(null)}>
        {entries.map(([to, name]) => (
          <MenuItem key={to} component={Link} to={to} className="choice" selected={to === path} onClick={() => setAt(null)}>
            {name}
          </MenuItem>
        ))}
      </Menu>
    </>
  )
}
