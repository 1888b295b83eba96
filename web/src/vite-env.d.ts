/// <reference types="vite/client" />
import 'react'

declare global {
  interface ImportMetaEnv {
    /** Address of the server when the app is served from another host. Empty: the same site. */
    readonly VITE_API_URL?: string
  }
}

declare module 'react' {
  // An interface can only be widened by an index signature.
  // eslint-disable-next-line @typescript-eslint/consistent-indexed-object-style
  interface CSSProperties {
    /** Custom properties that elements hand to the style sheets. */
    [property: `--${string}`]: string | number | undefined
  }
}
