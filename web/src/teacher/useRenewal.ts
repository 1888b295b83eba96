import { useCallback, useEffect, useState } from 'react'
import { accessToken } from '@/api/client'

/** Asks for the kept sign-in while `wanted`. `failed`: the server did not answer; nobody is signed out by that. */
export function useRenewal(wanted: boolean): { failed: boolean; again: () => void } {
  const [failed, setFailed] = useState(false)
  const [turn, setTurn] = useState(0)
  useEffect(() => {
    if (wanted) accessToken().catch(() => setFailed(true))
  }, [wanted, turn])
  const again = useCallback(() => {
    setFailed(false)
    setTurn((before) => before + 1)
  }, [])
  return { failed, again }
}
