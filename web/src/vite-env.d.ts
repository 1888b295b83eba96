/// <reference types="vite/client" />

interface ImportMetaEnv {
  /** Address of the server when the app is served from another host. Empty: the same site. */
  readonly VITE_API_URL?: string
}
