import { useEffect, useRef, type RefObject } from 'react'

/** Puts the focus on a new screen's heading, so that a screen reader begins there and Tab goes on from there. */
export function useHeading(key: string): RefObject<HTMLHeadingElement | null> {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    heading.current?.focus({ preventScroll: true })
    scrollTo(0, 0)
  }, [key])
  return heading
}
