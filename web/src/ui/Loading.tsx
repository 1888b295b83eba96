import { words } from '@/words'

/** Shown while a page or its data is on the way; invisible for the first 400 ms. */
export function Loading({ what = words.loading }: { what?: string }) {
  return (
    <div className="loading" role="status">
      <span className="spinner" aria-hidden="true" />
      {what}
    </div>
  )
}
