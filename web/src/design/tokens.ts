/** The colours of tokens.css for code that computes with them: the Material theme, charts. Equal to the CSS by test. */
export const light = {
  paper: '#fbfaf7',
  surface: '#ffffff',
  line: '#e4e1da',
  edge: '#8a8477',
  ink: '#16202e',
  muted: '#566072',
  primary: '#1f4fd8',
  'on-primary': '#ffffff',
  'primary-soft': '#e9eefc',
  positive: '#00735c',
  'positive-soft': '#e2f3ee',
  warning: '#8a5a00',
  'warning-soft': '#faf0dc',
  negative: '#b3261e',
  'negative-soft': '#fbe9e7',
} as const

export const dark = {
  paper: '#10151d',
  surface: '#1a212c',
  line: '#323c4b',
  edge: '#7b8598',
  ink: '#eceae4',
  muted: '#a9b1bd',
  primary: '#8caeff',
  'on-primary': '#10151d',
  'primary-soft': '#202f52',
  positive: '#5cc9ae',
  'positive-soft': '#14332d',
  warning: '#e0ae55',
  'warning-soft': '#35290f',
  negative: '#ff9c92',
  'negative-soft': '#3d1f1d',
} as const

export const font = "'Be Vietnam Pro', system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif"
export const radius = 12
/** One step of space, in px. */
export const space = 4
