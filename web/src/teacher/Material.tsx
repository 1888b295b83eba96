import { createTheme, ThemeProvider } from '@mui/material/styles'
import { useSyncExternalStore, type ReactNode } from 'react'
import { dark, font, light, radius, space } from '@/design/tokens'

const DARK = '(prefers-color-scheme: dark)'

function subscribe(tell: () => void): () => void {
  const query = matchMedia(DARK)
  query.addEventListener('change', tell)
  return () => query.removeEventListener('change', tell)
}

function themeOf(mode: 'light' | 'dark') {
  const colours = mode === 'dark' ? dark : light
  return createTheme({
    palette: {
      mode,
      primary: { main: colours.primary, contrastText: colours['on-primary'] },
      error: { main: colours.negative },
      warning: { main: colours.warning },
      success: { main: colours.positive },
      background: { default: colours.paper, paper: colours.surface },
      text: { primary: colours.ink, secondary: colours.muted },
      divider: colours.line,
    },
    typography: { fontFamily: font, button: { textTransform: 'none', fontWeight: 600 } },
    shape: { borderRadius: radius },
    spacing: space,
    components: {
      MuiButtonBase: { defaultProps: { disableRipple: true } },
      MuiPaper: { styleOverrides: { root: { backgroundImage: 'none' } } },
    },
  })
}

const themes = { light: themeOf('light'), dark: themeOf('dark') }

/** Material UI in our own colours, type and spaces, light and dark with the system. */
export function Material({ children }: { children: ReactNode }) {
  const isDark = useSyncExternalStore(subscribe, () => matchMedia(DARK).matches)
  return <ThemeProvider theme={isDark ? themes.dark : themes.light}>{children}</ThemeProvider>
}
