// Fails when what a player's phone loads first is over its budget: scripts, styles and fonts, each compressed with gzip.
import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'

const BUDGET = 150 * 1024
const dist = new URL('../dist/', import.meta.url)
const manifest = JSON.parse(readFileSync(new URL('.vite/manifest.json', dist), 'utf8'))

const files = new Set(['index.html'])
function follow(key) {
  const chunk = manifest[key]
  if (files.has(chunk.file)) return
  files.add(chunk.file)
  for (const css of chunk.css ?? []) files.add(css)
  // ASCII is always fetched, Vietnamese by a page that shows it; both count.
  for (const asset of chunk.assets ?? []) if (/(ascii|vietnamese)-\d+.*\.woff2$/.test(asset)) files.add(asset)
  for (const next of chunk.imports ?? []) follow(next)
}
follow('index.html')

let total = 0
for (const file of files) {
  const bytes = readFileSync(new URL(file, dist))
  const size = file.endsWith('.woff2') ? bytes.length : gzipSync(bytes, { level: 9 }).length
  total += size
  console.log(`${(size / 1024).toFixed(1).padStart(7)} KB  ${file}`)
}
console.log(`${(total / 1024).toFixed(1).padStart(7)} KB  of ${BUDGET / 1024} KB for a player's first page`)
if (total > BUDGET) {
  console.error('Over budget: a player on an old phone waits. Load what is not needed at once lazily.')
  process.exit(1)
}
