// What Ctrl K offers for the words typed: records by search, then registers, pages and commands of that name.
import { computed, ref, shallowRef, watch } from 'vue'
import { search, wasAborted, type Problem, type SearchHit } from '@/api'
import { navItems, navMore } from '@/frame/nav'
import type { IconName } from '@/parts/icons'
import { collections, node } from '@/state/county'
import { look } from '@/theme/look'
import { tourOn } from '@/state/tour'
import { t } from '@/texts'

export interface Choice {
  key: string
  icon: IconName
  title: string
  detail: string
  group: string
  to?: string
  run?: () => void
  hit?: SearchHit
}

/** Where a found record is landed on: the map, where it has a place; else its page. */
export const hitPath = (hit: SearchHit): string =>
  hit.geometry || hit.bbox || hit.collection === 'division' ? `/map?open=${hit.collection}/${hit.id}` : `/records/${hit.collection}/${hit.id}`

/** A place without province, city and county: one knows where one is. */
export function within(place: string | undefined, county: string | undefined): string {
  const at = place && county ? place.indexOf(county) : -1
  return place && county && at >= 0 && place.length > at + county.length ? place.slice(at + county.length) : (place ?? '')
}
export const hitDetail = (hit: SearchHit): string =>
  [hit.collectionTitle, within(hit.subtitle || hit.divisionName, node.value?.name)].filter(Boolean).join(' · ')

const matches = (title: string, words: string): boolean => title.toLowerCase().includes(words.toLowerCase())

function commands(): Choice[] {
  const group = t('palette.commands')
  return [
    { key: 'c-dark', icon: 'eye', title: t('palette.dark'), detail: '', group, run: () => (look.light = look.light === 'dark' ? 'paper' : 'dark') },
    { key: 'c-elder', icon: 'eye', title: t('palette.elder'), detail: '', group, run: () => (look.size = look.size === 'elder' ? 'office' : 'elder') },
    { key: 'c-lang', icon: 'eye', title: t('palette.english'), detail: '', group, run: () => (look.lang = look.lang === 'en' ? 'zh' : 'en') },
    { key: 'c-tour', icon: 'play', title: t('frame.tour'), detail: '', group, run: () => (tourOn.value = true) },
  ]
}

export function usePalette() {
  const words = ref('')
  const hits = shallowRef<SearchHit[]>([])
  const answered = ref('')
  const problem = ref<Problem | null>(null)

  watch(words, async (w, _, onCleanup) => {
    const q = w.trim()
    const stop = new AbortController()
    onCleanup(() => stop.abort())
    if (!q) {
      hits.value = []
      answered.value = ''
      return
    }
    await new Promise((done) => setTimeout(done, 60))
    if (stop.signal.aborted) return
    const got = await search(q, { limit: 20 }, stop.signal)
    if (stop.signal.aborted || (!got.ok && wasAborted(got.problem))) return
    hits.value = got.ok ? got.value.results : []
    problem.value = got.ok ? null : got.problem
    answered.value = q
  })

  const choices = computed<Choice[]>(() => {
    const w = words.value.trim()
    const found = hits.value.map<Choice>((hit) => ({
      key: `${hit.collection}/${hit.id}`, icon: 'place', title: hit.title, detail: hitDetail(hit),
      group: t('palette.found', { n: hits.value.length }), to: hitPath(hit), hit,
    }))
    const registers = w
      ? collections.value.filter((c) => matches(c.title, w) || c.id === w).map<Choice>((c) => ({
          key: `r-${c.id}`, icon: 'table', title: c.title, detail: '', group: t('palette.registers'), to: `/registers/${c.id}`,
        }))
      : []
    const pages = [...navItems, ...navMore]
      .map<Choice>((item) => ({ key: item.to, icon: item.icon, title: t(item.text), detail: '', group: t('palette.pages'), to: item.to }))
      .filter((c) => !w || matches(c.title, w))
    return [...found, ...registers, ...pages, ...commands().filter((c) => !w || matches(c.title, w))]
  })
  const nothing = computed(() => Boolean(words.value.trim()) && answered.value === words.value.trim() && !hits.value.length)
  return { words, choices, nothing, problem, hits }
}
