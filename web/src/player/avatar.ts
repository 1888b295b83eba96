import { letterAt, type Letter } from '@/ui/Shape'

/** The shape that stands for a player: the same everywhere and always, by id. */
export function avatarOf(playerId: string): Letter {
  let sum = 0
  for (const char of playerId) sum = (sum * 31 + (char.codePointAt(0) ?? 0)) % 9973
  return letterAt(sum % 6)
}
