import { LinkButton } from '@/ui/Button'
import { Centred } from '@/ui/Centred'
import { words } from '@/words'

export function NotFound() {
  return (
    <Centred>
      <h1>{words.errors.notFound}</h1>
      <p className="muted">{words.errors.notFoundHelp}</p>
      <LinkButton to="/">{words.errors.start}</LinkButton>
    </Centred>
  )
}
