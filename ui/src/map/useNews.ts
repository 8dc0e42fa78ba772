// The last change made by anyone, said in one line until the next.
import { onBeforeUnmount, ref, type Ref } from 'vue'
import { onChange } from '@/api/events'
import { titleOf } from '@/state/county'
import { clock } from '@/texts/format'
import { t, type TextKey } from '@/texts'

const verbs: Record<string, TextKey> = { create: 'map.didCreate', update: 'map.didUpdate', retire: 'map.didRetire', restore: 'map.didRestore' }

export function useNews(): Ref<string> {
  const news = ref('')
  const stop = onChange((c) => {
    const what = [titleOf(c.collection), c.title].filter(Boolean).join(' ')
    news.value = `${clock(c.at)} ${t(verbs[c.verb] ?? 'map.didUpdate', { who: c.who || '—', what })}`
  })
  onBeforeUnmount(stop)
  return news
}
