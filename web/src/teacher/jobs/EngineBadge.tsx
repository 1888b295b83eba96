import { say } from '@/teacher/jobs/jobs.en'
import { Icon } from '@/ui/Icon'

/** Who does the thinking, or did it: a model by its name, or nobody. */
export function EngineBadge({ engine, made = true }: { engine: string; made?: boolean }) {
  const offline = engine === 'offline'
  const name = offline ? (made ? say.engine.offline : say.engine.answersOffline) : made ? say.engine.model(engine) : engine
  return (
    <span className={offline ? 'engine engine--offline' : 'engine'} title={offline ? say.engine.titleOffline : say.engine.titleModel(engine)}>
      <Icon name={offline ? 'text' : 'chip'} /> {name}
    </span>
  )
}
