import Menu from '@mui/material/Menu'
import MenuItem from '@mui/material/MenuItem'
import { useState } from 'react'
import { Icon, type IconName } from '@/ui/Icon'

export interface Choice {
  icon: IconName
  label: string
  danger?: boolean
  run: () => void
}

/** The button with three dots and what lies behind it. `name` says whose it is. */
export function More({ name, choices }: { name: string; choices: Choice[] }) {
  const [at, setAt] = useState<HTMLElement | null>(null)
  return (
    <>
      <button type="button" className="icon-button" aria-label={name} title={name} aria-haspopup="menu" aria-expanded={at !== null} onClick={(event) => setAt(event.currentTarget)}>
        <Icon name="more" />
      </button>
      <Menu anchorEl={at} open={at !== null} onClose={() => setAt(null)}>
        {choices.map((choice) => (
          <MenuItem
            key={choice.label}
            className={choice.danger ? 'choice choice--danger' : 'choice'}
            onClick={() => {
              setAt(null)
              choice.run()
            }}
          >
            <Icon name={choice.icon} /> {choice.label}
          </MenuItem>
        ))}
      </Menu>
    </>
  )
}
