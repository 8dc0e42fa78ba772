// The photos of one field: those that are there, those on their way, those that wait for a line.
import { computed, inject, onBeforeUnmount, ref, shallowRef, type Ref } from 'vue'
import { postFile, thumbAddress } from '@/api/files'
import type { Value } from '@/api/types'
import { keepFile, keptFile } from '@/offline/files'
import { idsOf } from '@/record/values'
import { t } from '@/texts'
import { PENDING } from './pending'

export const MOST_BYTES = 20 * 1024 * 1024
export interface Going {
  key: number
  file: File
  url: string
  share: number
  failed: string
}
/** What is wrong with a file before it goes; empty: nothing. */
export function refusal(file: { type: string; size: number }): string {
  if (!file.type.startsWith('image/')) return t('form.photoNone')
  return file.size > MOST_BYTES ? t('form.photoBig', { mb: Math.round(MOST_BYTES / 1048576) }) : ''
}

let next = 1
export function usePhotos(model: Ref<Value | undefined>, many: () => boolean) {
  const going = shallowRef<Going[]>([])
  const kept = ref(new Map<string, string>()) // id → address of the bytes on this device
  const pending = inject(PENDING, ref(0))
  let line: Promise<void> = Promise.resolve()
  const ids = computed(() => idsOf(model.value))
  const change = (key: number, part: Partial<Going>): void => void (going.value = going.value.map((g) => (g.key === key ? { ...g, ...part } : g)))
  function set(list: string[]): void {
    const once = [...new Set(list)]
    model.value = many() ? once : (once.at(-1) ?? null)
  }
  function done(g: Going, id: string): void {
    going.value = going.value.filter((x) => x.key !== g.key)
    set([...ids.value, id])
  }
  async function send(g: Going): Promise<void> {
    change(g.key, { failed: '', share: 0 })
    const got = await postFile(g.file, g.file.name, (share) => change(g.key, { share }))
    if (got.ok) done(g, got.value.id)
    else {
      const id = got.problem.status === 0 ? await keepFile(g.file) : undefined
      if (id) {
        kept.value = new Map(kept.value).set(id, g.url)
        done(g, id)
      } else change(g.key, { failed: got.problem.detail ?? got.problem.title })
    }
    pending.value--
  }
  function again(g: Going): void {
    pending.value++
    line = line.then(() => send(g))
  }
  function add(files: Iterable<File>): void {
    for (const file of files) {
      const g: Going = { key: next++, file, url: URL.createObjectURL(file), share: 0, failed: refusal(file) }
      going.value = [...going.value, g]
      if (!g.failed) again(g) // one after another: they stand as they were chosen
    }
  }
  const drop = (id: string): void => set(ids.value.filter((x) => x !== id))
  function forget(g: Going): void {
    going.value = going.value.filter((x) => x.key !== g.key)
    URL.revokeObjectURL(g.url)
  }
  /** The picture to show: from this device while it waits here, else from the server. */
  const picture = (id: string): string => kept.value.get(id) ?? thumbAddress(id)
  void Promise.all(ids.value.map(async (id) => {
    const one = await keptFile(id)
    if (one) kept.value = new Map(kept.value).set(id, URL.createObjectURL(one.blob))
  }))
  onBeforeUnmount(() => {
    for (const g of going.value) URL.revokeObjectURL(g.url)
    for (const url of kept.value.values()) URL.revokeObjectURL(url)
  })
  return { ids, going, kept, add, drop, forget, again, picture }
}
