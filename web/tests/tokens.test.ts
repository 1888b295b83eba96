import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { dark, light } from '@/design/tokens'

const css = readFileSync('src/design/tokens.css', 'utf8')

function block(selector: string): Record<string, string> {
  const start = css.indexOf(`${selector} {`)
  const body = css.slice(start, css.indexOf('}', start))
  return Object.fromEntries([...body.matchAll(/--([\w-]+):\s*([^;]+);/g)].map((found) => [found[1]!, found[2]!] as const))
}

function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16) / 255).map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!
}

function contrast(a: string, b: string): number {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x)
  return (high! + 0.05) / (low! + 0.05)
}

test('the colours in script and in CSS are the same', () => {
  expect(block(':root')).toMatchObject(light)
  expect(block(":root:not([data-theme='light'])")).toMatchObject(dark)
  expect(block(":root[data-theme='dark']")).toMatchObject(dark)
})

test.each([
  ['light', light, ':root'],
  ['dark', dark, ":root[data-theme='dark']"],
])('%s: words have a contrast of 4.5 on every ground, marks and outlines 3', (_, colours, selector) => {
  for (const ground of [colours.paper, colours.surface]) {
    for (const ink of [colours.ink, colours.muted, colours.primary, colours.positive, colours.warning, colours.negative]) {
      expect(contrast(ink, ground)).toBeGreaterThanOrEqual(4.5)
    }
    expect(contrast(colours.edge, ground)).toBeGreaterThanOrEqual(3)
    for (const letter of 'abcdef') expect(contrast(block(selector)[`mark-${letter}`]!, ground)).toBeGreaterThanOrEqual(3)
  }
  for (const kind of ['positive', 'warning', 'negative'] as const) expect(contrast(colours[kind], colours[`${kind}-soft`])).toBeGreaterThanOrEqual(4.5)
  expect(contrast(colours['on-primary'], colours.primary)).toBeGreaterThanOrEqual(4.5)
})

test('white words on an answer have a contrast of 4.5', () => {
  for (const letter of 'abcdef') expect(contrast('#ffffff', block(':root')[`answer-${letter}`]!)).toBeGreaterThanOrEqual(4.5)
})
