import { Centred } from '@/ui/Centred'

export function JoinPage({ pin }: { pin: string }) {
  return <Centred>{pin}</Centred>
}
