import { Component, type ReactNode } from 'react'
import { Button } from '@/ui/Button'
import { Centred } from '@/ui/Centred'
import { words } from '@/words'

interface Props {
  children: ReactNode
}

/** Catches what no page caught, and offers the way back. */
export class Broken extends Component<Props, { broken: boolean }> {
  override state = { broken: false }

  static getDerivedStateFromError(): { broken: boolean } {
    return { broken: true }
  }

  override render(): ReactNode {
    if (!this.state.broken) return this.props.children
    return (
      <Centred>
        <h1>{words.errors.broken}</h1>
        <p>{words.errors.brokenHelp}</p>
        <Button onClick={() => location.reload()} icon="again">
          {words.errors.reload}
        </Button>
      </Centred>
    )
  }
}
