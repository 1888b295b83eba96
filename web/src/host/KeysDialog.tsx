import Dialog from '@mui/material/Dialog'
import { hostWords } from '@/host/host.en'
import { Button } from '@/ui/Button'

const KEYS = [
  ['Space', 'next'],
  ['P', 'pause'],
  ['T', 'extend'],
  ['L', 'lock'],
  ['N', 'players'],
  ['F', 'full'],
  ['E', 'end'],
] as const

/** Which key does what. */
export function KeysDialog({ onClose }: { onClose: () => void }) {
  const { keys } = hostWords
  return (
    <Dialog open onClose={onClose} aria-labelledby="keys-title">
      <div className="dialog">
        <h2 id="keys-title">{keys.title}</h2>
        <dl className="keys">
          {KEYS.map(([key, what]) => (
            <div key={key}>
              <dt>
                <kbd>{key}</kbd>
              </dt>
              <dd>{keys.list[what]}</dd>
            </div>
          ))}
        </dl>
        <Button onClick={onClose}>{keys.close}</Button>
      </div>
    </Dialog>
  )
}
