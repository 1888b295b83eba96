import { useEffect, useRef, useState } from 'react'
import { useSession } from '@/api/session'
import { NameStep } from '@/join/NameStep'
import { PinStep } from '@/join/PinStep'
import { findGame, type Found } from '@/join/findGame'
import { Link, navigate, useTitle } from '@/router'
import { Centred } from '@/ui/Centred'
import { Loading } from '@/ui/Loading'
import { markColour, Shape } from '@/ui/Shape'
import { words } from '@/words'
import '@/join/join.css'

type Looked = { pin: string; found: Found } | null

/** Two steps into a game: the PIN, which a link or QR code may bring along, and the name. */
export function JoinPage({ pin }: { pin: string }) {
  useTitle(`${words.join.title} · ${words.product}`)
  const [looked, setLooked] = useState<Looked>(null)
  const asked = useRef<string>('')

  const look = async (wanted: string): Promise<void> => {
    asked.current = wanted
    const found = await findGame(wanted)
    if (asked.current === wanted) setLooked({ pin: wanted, found })
  }
  useEffect(() => {
    if (pin) void look(pin)
    return () => {
      asked.current = ''
    }
  }, [pin])

  const found = looked?.found
  if (found && 'game' in found && looked.pin === pin) {
    return (
      <Centred foot={<Link to="/">{words.join.otherPin}</Link>}>
        <NameStep pin={pin} game={found.game} />
      </Centred>
    )
  }
  if (pin && !found) return <Loading what={words.link.connecting} />
  return (
    <Centred head={<TeacherLink />}>
      <Backdrop />
      <PinStep
        given={pin}
        error={found && 'error' in found ? { pin: looked.pin, text: found.error } : null}
        onPin={async (typed) => {
          if (typed === pin) return look(typed)
          const answer = await findGame(typed)
          if ('game' in answer) navigate(`/join/${typed}`)
          else setLooked({ pin: typed, found: answer })
        }}
      />
    </Centred>
  )
}

/** The answers' shapes, large and faint, behind the page's foot. */
function Backdrop() {
  return (
    <div className="backdrop" aria-hidden="true">
      {(['A', 'B', 'C', 'D'] as const).map((letter) => (
        <span key={letter} style={{ color: markColour(letter) }}>
          <Shape letter={letter} size="100%" />
        </span>
      ))}
    </div>
  )
}

function TeacherLink() {
  const session = useSession()
  if (session === null) {
    return (
      <p>
        <span className="muted">{words.join.teacher}</span> <Link to="/signin">{words.join.signIn}</Link>
      </p>
    )
  }
  return <Link to="/home">{words.join.home}</Link>
}
