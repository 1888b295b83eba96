import type { GameReport, ReportAnswer, ReportPlayer, ReportQuestion } from '@/teacher/api'
import { reportWords } from '@/teacher/report/report.en'

/** What the pictures and the table of a report are drawn from. Pure. */

/** "68 %". */
export function percent(share: number | null | undefined): string {
  return share == null ? '–' : `${Math.round(share * 100)} %`
}

/** "4.2", "12". */
export function seconds(ms: number): string {
  const value = ms / 1000
  return value < 10 ? value.toFixed(1) : String(Math.round(value))
}

export interface Part {
  status: 'correct' | 'partial' | 'wrong' | 'none' | 'survey'
  n: number
  /** Of the whole bar, 0 to 1. */
  share: number
}

/** The bar of one question: who was right, partly, wrong or silent; for a survey who answered. Empty parts are left out. */
export function partsOf(question: ReportQuestion): Part[] {
  const counts: [Part['status'], number][] = question.scored
    ? [
        ['correct', question.correct],
        ['partial', question.partial],
        ['wrong', question.wrong],
        ['none', question.unanswered],
      ]
    : [
        ['survey', question.answered],
        ['none', Math.max(0, question.of - question.answered)],
      ]
  const whole = counts.reduce((sum, [, n]) => sum + n, 0)
  return counts.filter(([, n]) => n > 0).map(([status, n]) => ({ status, n, share: n / whole }))
}

/** The page's first words. An older report without them says at least who was there. */
export function sentenceOf(report: GameReport): string {
  if (report.summary.players === 0) return reportWords.nobody
  return report.sentence.trim() || `${reportWords.players(report.summary.players)}, ${reportWords.questions(report.summary.questions)}.`
}

export function answerOf(player: ReportPlayer, question: ReportQuestion): ReportAnswer | undefined {
  return player.answers.find((answer) => answer.question_id === question.question_id)
}

/** One field of a CSV file. What a spreadsheet would compute is kept as text. */
export function csvField(value: string | number): string {
  const text = typeof value === 'number' ? String(value) : /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
  return /[",\n\r;]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** The table as CSV that spreadsheets open: one row per player, one column of points and one of the answer per question. */
export function csvOf(report: GameReport): string {
  const hasTeam = report.players.some((player) => player.team)
  const hasIdentifier = report.players.some((player) => player.identifier)
  const head = ['Place', 'Player', ...(hasIdentifier ? ['Identifier'] : []), ...(hasTeam ? ['Team'] : []), 'Points', 'Right in %', ...report.questions.flatMap((one) => [`${one.index + 1}. ${one.text}`, `${one.index + 1}. Points`])]
  const rows = report.players.map((player) => [
    player.rank,
    player.nickname,
    ...(hasIdentifier ? [player.identifier ?? ''] : []),
    ...(hasTeam ? [player.team ?? ''] : []),
    player.score,
    player.share == null ? '' : Math.round(player.share * 100),
    ...report.questions.flatMap((question) => {
      const answer = answerOf(player, question)
      return [answer?.given ?? '', answer?.points ?? 0]
    }),
  ])
  return '\ufeff' + [head, ...rows].map((row) => row.map(csvField).join(',')).join('\r\n') + '\r\n'
}
