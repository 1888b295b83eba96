import { useEffect, useRef, useState } from 'react'
import { call } from '@/api/client'
import { messageOf } from '@/api/problem'
import { upload } from '@/api/upload'
import { randomId } from '@/storage'
import type { StoredFile } from '@/teacher/api'
import { faultOf, MOST_FILES, type Sent } from '@/teacher/generate/wish'
import { say } from '@/teacher/generate/generate.en'

export interface Files {
  files: Sent[]
  problem: string | null
  add: (chosen: Iterable<File>) => void
  retry: (key: string) => void
  remove: (key: string) => void
}

/** Files that are sent as soon as they are chosen, each with its share, its fault or its id. */
export function useFiles(): Files {
  const [files, setFiles] = useState<Sent[]>([])
  const [problem, setProblem] = useState<string | null>(null)
  const running = useRef(new Map<string, { file: File; stop: AbortController }>())
  useEffect(() => {
    const all = running.current
    return () => all.forEach(({ stop }) => stop.abort())
  }, [])

  const change = (key: string, part: Partial<Sent>) => setFiles((before) => before.map((one) => (one.key === key ? { ...one, ...part } : one)))
  const send = async (key: string, file: File) => {
    const stop = new AbortController()
    running.current.set(key, { file, stop })
    try {
      const stored = await upload<StoredFile>('/api/files', file, { signal: stop.signal, idempotencyKey: key, onShare: (share) => change(key, { share }) })
      change(key, { id: stored.file_id, share: 1 })
    } catch (error) {
      if (!stop.signal.aborted) change(key, { problem: messageOf(error) })
    }
  }
  return {
    files,
    problem,
    add: (chosen) => {
      const room = MOST_FILES - files.length
      const all = [...chosen]
      setProblem(all.length > room ? say.tooMany : null)
      for (const file of all.slice(0, room)) {
        const key = randomId()
        const fault = faultOf(file)
        setFiles((before) => [...before, { key, name: file.name, size: file.size, share: 0, id: null, problem: fault }])
        if (!fault) void send(key, file)
      }
    },
    retry: (key) => {
      const held = running.current.get(key)
      if (!held) return
      change(key, { problem: null, share: 0 })
      void send(key, held.file)
    },
    remove: (key) => {
      const gone = files.find((one) => one.key === key)
      running.current.get(key)?.stop.abort()
      running.current.delete(key)
      setFiles((before) => before.filter((one) => one.key !== key))
      setProblem(null)
      // What nobody uses need not be kept; should this fail, it is tidied away some day.
      if (gone?.id) call('DELETE', `/api/files/${gone.id}`).catch(() => undefined)
    },
  }
}
