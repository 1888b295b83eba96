import type { Settings } from '@/protocol'
import { kept, readJson } from '@/storage'

/** The settings that a teacher chooses by hand, as the dialog holds them: numbers in seconds, teams as lines of text. */
export interface Choices {
  scoring: Settings['scoring']
  streak_bonus: boolean
  late_join: boolean
  shuffle_options: boolean
  nickname_filter: boolean
  nickname_generator: boolean
  identifier_label: string
  teams: string
  show_leaderboard: boolean
  leaderboard_size: number
  question_on_phone: boolean
  reading_s: number
  auto_advance_s: number | null
}

export const DEFAULTS: Choices = {
  scoring: 'kahoot',
  streak_bonus: false,
  late_join: true,
  shuffle_options: true,
  nickname_filter: true,
  nickname_generator: false,
  identifier_label: '',
  teams: '',
  show_leaderboard: true,
  leaderboard_size: 5,
  question_on_phone: true,
  reading_s: 3,
  auto_advance_s: null,
}

/** The team names in `text`: one per line or comma, empty ones and repetitions left out. */
export function teamsIn(text: string): string[] {
  const names = text
    .split(/[\n,;]/)
    .map((name) => name.trim())
    .filter(Boolean)
  return [...new Map(names.map((name) => [name.toLowerCase(), name])).values()]
}

/** What keeps the choices from being a game, or null. */
export function problemWith(choices: Choices): 'one_team' | 'many_teams' | 'long_team' | null {
  const teams = teamsIn(choices.teams)
  if (teams.length === 1) return 'one_team'
  if (teams.length > 20) return 'many_teams'
  return teams.some((name) => name.length > 40) ? 'long_team' : null
}

/** The choices as the game server takes them. */
export function settingsOf(choices: Choices): Partial<Settings> {
  const { identifier_label, teams, reading_s, auto_advance_s, ...rest } = choices
  const named = teamsIn(teams)
  return {
    ...rest,
    reading_ms: Math.round(reading_s * 1000),
    ...(identifier_label.trim() && { identifier_label: identifier_label.trim() }),
    ...(named.length > 0 && { teams: named }),
    ...(auto_advance_s !== null && { auto_advance_ms: Math.round(auto_advance_s * 1000) }),
  }
}

const KEY = 'game_settings'

/** What was chosen last in this browser; what is missing or unreadable is the default. */
export function lastChoices(): Choices {
  const read = readJson(kept, KEY)
  if (typeof read !== 'object' || read === null) return DEFAULTS
  const known = Object.entries(DEFAULTS).map(([key, value]): [string, unknown] => {
    const found: unknown = (read as Record<string, unknown>)[key]
    const fits = key === 'auto_advance_s' ? found === null || typeof found === 'number' : typeof found === typeof value
    return [key, fits ? found : value]
  })
  return { ...DEFAULTS, ...Object.fromEntries(known) }
}

export function keepChoices(choices: Choices): void {
  kept.write(KEY, JSON.stringify(choices))
}
