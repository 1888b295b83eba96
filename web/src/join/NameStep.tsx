import { useEffect, useRef, useState, type SyntheticEvent } from 'react'
import { messageOf } from '@/api/problem'
import { GameClient } from '@/game/client'
import { NoAnswer, Refused } from '@/game/connection'
import { Seats } from '@/game/seats'
import { adopt } from '@/player/clients'
import type { GameAtPin } from '@/protocol'
import { navigate } from '@/router'
import { browserStore, kept, randomId } from '@/storage'
import { Button, LinkButton } from '@/ui/Button'
import { Field, FieldError } from '@/ui/Field'
import { words } from '@/words'

const visit = browserStore(() => sessionStorage)

/** The same id for every try to join at this PIN, so that an unknown outcome never makes two players. */
function joinId(pin: string): string {
  const known = visit.read(`join.${pin}`)
  if (known) return known
  const fresh = randomId()
  visit.write(`join.${pin}`, fresh)
  return fresh
}

type Wrong = { field: 'nickname' | 'identifier' | 'team' | 'form'; text: string } | null

/** Which field a refusal is about, by its code. */
function fieldOf(code: string): 'nickname' | 'identifier' | 'team' | 'form' {
  if (code.startsWith('nickname')) return 'nickname'
  if (code.startsWith('identifier')) return 'identifier'
  if (code === 'unknown_team') return 'team'
  // Of what is sent, only the name has rules that this page does not know.
  if (code === 'invalid') return 'nickname'
  return 'form'
}

/** The name, and what else this game asks for; then in. */
export function NameStep({ pin, game }: { pin: string; game: GameAtPin }) {
  const seat = new Seats().atPin(pin)
  const [asElse, setAsElse] = useState(false)
  return (
    <div className="join">
      <div>
        <p className="muted">{words.join.playing}</p>
        <h1>{game.title}</h1>
      </div>
      {seat && !asElse ? (
        <>
          <p>{words.join.goOnHelp}</p>
          <LinkButton to={`/play/${seat.game_id}`} large wide>
            {words.join.goOnAs(seat.nickname)}
          </LinkButton>
          <Button kind="plain" wide onClick={() => setAsElse(true)}>
            {words.join.someoneElse}
          </Button>
        </>
      ) : (
        <NameForm pin={pin} game={game} />
      )}
    </div>
  )
}

function NameForm({ pin, game }: { pin: string; game: GameAtPin }) {
  const spun = game.nickname_generator
  const teams = game.teams ?? []
  const [name, setName] = useState(() => kept.read('name') ?? '')
  const [identifier, setIdentifier] = useState('')
  const [team, setTeam] = useState('')
  const [wrong, setWrong] = useState<Wrong>(game.locked ? { field: 'form', text: words.join.locked } : null)
  const [busy, setBusy] = useState(false)
  // Some games ask for more than the look-up said; then the refusal names it.
  const [label, setLabel] = useState(game.identifier_label ?? null)
  const form = useRef<HTMLFormElement>(null)
  const client = useRef<GameClient | null>(null)

  // The socket opens while the name is typed, so that entering takes one step.
  useEffect(() => {
    const fresh = new GameClient({ kind: 'newcomer' })
    client.current = fresh
    return () => {
      if (client.current === fresh) fresh.close()
    }
  }, [])

  const missing = (): Wrong => {
    if (!spun && !name.trim()) return { field: 'nickname', text: words.join.nameMissing }
    if (label && !identifier.trim()) return { field: 'identifier', text: words.join.identifierMissing(label) }
    if (teams.length > 0 && !team) return { field: 'team', text: words.join.teamMissing }
    return null
  }

  const enter = async () => {
    const game = client.current
    if (!game) return
    const gameId = await game.join({
      pin,
      nickname: spun ? '' : name.trim(),
      join_id: joinId(pin),
      ...(label && { identifier: identifier.trim() }),
      ...(team && { team }),
    })
    if (!spun) kept.write('name', name.trim())
    visit.drop(`join.${pin}`)
    client.current = null
    adopt(gameId, game)
    navigate(`/play/${gameId}`, { replace: true })
  }

  const submit = async (event: SyntheticEvent) => {
    event.preventDefault()
    if (busy) return
    const lacking = missing()
    setWrong(lacking)
    if (lacking) {
      form.current?.querySelector<HTMLElement>(`[name="${lacking.field}"]`)?.focus()
      return
    }
    setBusy(true)
    try {
      await enter()
    } catch (error) {
      setBusy(false)
      if (!(error instanceof Refused)) {
        setWrong({ field: 'form', text: error instanceof NoAnswer ? words.join.noAnswer : messageOf(error) })
        return
      }
      const field = fieldOf(error.code)
      if (field === 'identifier') setLabel((known) => known ?? words.join.identifier)
      setWrong({ field, text: error.refusal.message || words.errors.refused })
      form.current?.querySelector<HTMLElement>(`[name="${field}"]`)?.focus()
    }
  }
  const errorOn = (field: NonNullable<Wrong>['field']) => (wrong?.field === field ? wrong.text : null)

  return (
    <form ref={form} className="join" onSubmit={(event) => void submit(event)} noValidate>
      {spun ? (
        <p>{words.join.spun}</p>
      ) : (
        <Field
          label={words.join.name}
          hint={words.join.nameHint}
          error={errorOn('nickname')}
          name="nickname"
          className="join__name"
          maxLength={40}
          autoComplete="nickname"
          autoCapitalize="words"
          enterKeyHint={label ? 'next' : 'go'}
          spellCheck={false}
          // The one thing to do in this step.
          // eslint-disable-next-line jsx-a11y/no-autofocus
          autoFocus
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
      )}
      {label && (
        <Field
          label={label}
          hint={words.join.identifierHint}
          error={errorOn('identifier')}
          name="identifier"
          maxLength={100}
          autoComplete="off"
          value={identifier}
          onChange={(event) => setIdentifier(event.target.value)}
        />
      )}
      {teams.length > 0 && (
        <fieldset className="join__teams">
          <legend className="field__label">{words.join.team}</legend>
          <div className="join__team-list">
            {teams.map((one) => (
              <label key={one} className="join__team">
                <input type="radio" name="team" value={one} checked={team === one} onChange={() => setTeam(one)} />
                <span>{one}</span>
              </label>
            ))}
          </div>
          <FieldError id="team-error">{errorOn('team')}</FieldError>
        </fieldset>
      )}
      <FieldError id="form-error">{errorOn('form')}</FieldError>
      <Button type="submit" large wide busy={busy}>
        {words.join.enter}
      </Button>
    </form>
  )
}
