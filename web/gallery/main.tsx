import { createRoot } from 'react-dom/client'
import { NameStep } from '@/join/NameStep'
import { PinStep } from '@/join/PinStep'
import { Link } from '@/router'
import { Announcer } from '@/ui/announce'
import { Centred } from '@/ui/Centred'
import { words } from '@/words'
import { stateNamed, views } from './states'
import '@/design/fonts.css'
import '@/design/tokens.css'
import '@/design/base.css'
import '@/ui/ui.css'
import '@/join/join.css'

const nobody = async () => Promise.resolve()
const pages: Record<string, () => React.ReactNode> = {
  'join-pin': () => (
    <Centred head={<Link to="/signin">{words.join.signIn}</Link>}>
      <PinStep given="" error={null} onPin={nobody} />
    </Centred>
  ),
  'join-wrong': () => (
    <Centred>
      <PinStep given="428916" error={{ pin: '428916', text: words.join.pinUnknown }} onPin={nobody} />
    </Centred>
  ),
  'join-name': () => (
    <Centred foot={<Link to="/">{words.join.otherPin}</Link>}>
      <NameStep pin="428915" game={{ title: 'Photosynthesis, class 8B', phase: 'lobby', locked: false, nickname_generator: false }} />
    </Centred>
  ),
  'join-all': () => (
    <Centred foot={<Link to="/">{words.join.otherPin}</Link>}>
      <NameStep pin="428915" game={{ title: 'Photosynthesis, class 8B', phase: 'lobby', locked: false, nickname_generator: false, identifier_label: 'Student number', teams: ['Foxes', 'Otters', 'Owls'] }} />
    </Centred>
  ),
  'join-spun': () => (
    <Centred foot={<Link to="/">{words.join.otherPin}</Link>}>
      <NameStep pin="428915" game={{ title: 'Photosynthesis, class 8B', phase: 'lobby', locked: false, nickname_generator: true }} />
    </Centred>
  ),
  'join-locked': () => (
    <Centred foot={<Link to="/">{words.join.otherPin}</Link>}>
      <NameStep pin="428915" game={{ title: 'Photosynthesis, class 8B', phase: 'lobby', locked: true, nickname_generator: false }} />
    </Centred>
  ),
}

const query = new URLSearchParams(location.search)
const theme = query.get('theme')
if (theme) document.documentElement.dataset.theme = theme
const name = query.get('state') ?? ''
const page = pages[name]

function Index() {
  return (
    <ul style={{ padding: '2rem', columns: '16rem' }}>
      {[...Object.keys(pages), ...Object.keys(views)].map((one) => (
        <li key={one}>
          <a href={`?state=${one}`}>{one}</a>
        </li>
      ))}
    </ul>
  )
}

const root = document.getElementById('root')
if (root) {
  createRoot(root).render(
    <>
      {page ? page() : (stateNamed(name) ?? <Index />)}
      <Announcer />
    </>,
  )
}
