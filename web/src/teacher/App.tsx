import { NotFound } from '@/ui/NotFound'

/** The teachers' pages by address. */
export default function TeacherApp() {
  return <NotFound />
}
