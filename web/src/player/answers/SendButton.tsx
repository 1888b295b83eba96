import { Button } from '@/ui/Button'
import { FieldError } from '@/ui/Field'
import { words } from '@/words'

/** Sends what was chosen; above it, what is still missing. With no `onSend` it submits the form around it. */
export function SendButton({ error, errorId = 'send-error', label = words.question.send, onSend }: { error: string | null; errorId?: string; label?: string; onSend?: () => void }) {
  return (
    <div className="send">
      <FieldError id={errorId}>{error}</FieldError>
      <Button type={onSend ? 'button' : 'submit'} large wide icon="send" onClick={onSend}>
        {label}
      </Button>
    </div>
  )
}
