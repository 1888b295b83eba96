import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { Announcer } from '@/ui/announce'
import { Broken } from '@/ui/Broken'
import { Routes } from '@/routes'
import '@/design/fonts.css'
import '@/design/tokens.css'
import '@/design/base.css'
import '@/ui/ui.css'

// A page of an older build asks for a chunk that a newer build replaced: one reload brings the new build.
addEventListener('vite:preloadError', () => {
  if (performance.now() > 10_000) location.reload()
})

const root = document.getElementById('root')
if (root) {
  createRoot(root).render(
    <StrictMode>
      <Broken>
        <Routes />
      </Broken>
      <Announcer />
    </StrictMode>,
  )
}
