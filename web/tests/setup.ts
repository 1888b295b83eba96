import { cleanup, configure } from '@testing-library/react'
import { afterEach, beforeEach } from 'vitest'

beforeEach(() => {
  localStorage.clear()
})
afterEach(() => {
  cleanup()
})

// A busy machine is slow to load a page's chunk; that is no fault of the page.
configure({ asyncUtilTimeout: 10_000 })
