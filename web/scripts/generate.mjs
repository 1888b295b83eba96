// Writes src/generated/games.ts from the committed schema of the contracts, and src/generated/api.ts from the gateway's
// committed OpenAPI document. Run after either changed; `--check` only says whether they are current.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { compile } from 'json-schema-to-typescript'
import openapiTS, { astToString } from 'openapi-typescript'

const at = (path) => fileURLToPath(new URL(path, import.meta.url))
const NOTE = '// Written by `npm run generate`. Change the contract, not this file.\n\n'
const check = process.argv.includes('--check')

/** The models of the live game that src/protocol.ts names; what they are made of comes along. */
const GAME = [
  ...['CreateGame', 'JoinGame', 'ResumeGame', 'SyncGame', 'ProbeClock', 'SubmitAnswer', 'StartGame', 'NextQuestion', 'CloseQuestion', 'EndGame', 'PauseGame', 'UnpauseGame'],
  ...['ExtendQuestion', 'LockGame', 'KickPlayer', 'RegradeQuestion', 'RotateHostKey'],
  ...['GameCreated', 'GameJoined', 'GameResumed', 'GameSynced', 'ClockProbed', 'AnswerReceived', 'CommandDone', 'HostKeyRotated', 'Refused'],
  ...['State', 'StateAdvanced', 'PlayersChanged', 'GameStarted', 'QuestionOpened', 'AnswersCounted', 'QuestionExtended', 'YourResult', 'QuestionClosed', 'QuestionRegraded'],
  ...['GamePaused', 'GameUnpaused', 'GameLocked', 'PlayerKicked', 'Kicked', 'GameEnded', 'Probe', 'Move', 'Receipt', 'OwnAnswer', 'GameFound'],
]

/** Names are given by models only, and a field with a default of its own is always there. */
function tidy(value, inProperties = false) {
  if (Array.isArray(value)) return value.map((item) => tidy(item))
  if (typeof value !== 'object' || value === null) return value
  const out = {}
  for (const [key, item] of Object.entries(value)) {
    if (!inProperties && key === 'title' && typeof item === 'string') continue
    out[key] = tidy(item, key === 'properties')
  }
  if (!inProperties && out.properties && out.type === 'object') {
    const given = Object.entries(out.properties).filter(([, property]) => (property.default ?? null) !== null)
    out.required = [...new Set([...(out.required ?? []), ...given.map(([name]) => name)])]
  }
  return out
}

async function games() {
  const schema = JSON.parse(readFileSync(at('../../edkit/contracts/schema.json'), 'utf8'))
  const definitions = tidy(schema.$defs)
  const wanted = new Set()
  const add = (name) => {
    if (wanted.has(name)) return
    if (!definitions[name]) throw new Error(`The schema has no ${name}: rename it in scripts/generate.mjs and src/protocol.ts.`)
    wanted.add(name)
    for (const [, inner] of JSON.stringify(definitions[name]).matchAll(/"#\/\$defs\/(\w+)"/g)) add(inner)
  }
  GAME.forEach(add)
  const $defs = Object.fromEntries([...wanted].sort().map((name) => [name, definitions[name]]))
  const text = await compile({ title: 'Unused', type: 'object', additionalProperties: false, $defs }, 'Unused', {
    bannerComment: '',
    additionalProperties: false,
    ignoreMinAndMaxItems: true,
    unreachableDefinitions: true,
    declareExternallyReferenced: true,
    style: { semi: false, singleQuote: true, printWidth: 140 },
  })
  // The compiler notes where each definition was found; that says nothing here.
  return text
    .replace(/export interface Unused \{\}\n/, '')
    .replace(/\/\*\*\n \* This interface was referenced by [^]*?\n \*\/\n/g, '')
    .replace(/ \*\n \* This interface was referenced by [^]*?\n \*\/\n/g, ' */\n')
}

async function api() {
  const document = new URL('../../gateway/openapi.json', import.meta.url)
  return astToString(await openapiTS(document, { alphabetize: true }))
}

let stale = false
async function write(name, source, make) {
  if (!existsSync(at(source))) {
    console.log(`${source} is not there yet: ${name} is left as it is`)
    return
  }
  const text = NOTE + (await make()).trimStart()
  const target = at(`../src/generated/${name}`)
  const same = existsSync(target) && readFileSync(target, 'utf8') === text
  if (same) return
  if (check) {
    console.error(`src/generated/${name} is not current: run \`npm run generate\` and commit what changes.`)
    stale = true
    return
  }
  mkdirSync(at('../src/generated'), { recursive: true })
  writeFileSync(target, text)
  console.log(`src/generated/${name} written`)
}

await write('games.ts', '../../edkit/contracts/schema.json', games)
await write('api.ts', '../../gateway/openapi.json', api)
if (stale) process.exit(1)
