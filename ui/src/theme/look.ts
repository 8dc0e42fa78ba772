// How the reader wants to see it: language, light, letter size. Kept on this device only.
import { reactive, watch } from 'vue'

export type Lang = 'zh' | 'en'
export type Light = 'system' | 'paper' | 'dark'
export type Size = 'office' | 'elder'

interface Look {
  lang: Lang
  light: Light
  size: Size
  scale: number
}

const KEY = 'sangzi.look'

function kept(): Partial<Look> {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Look>
  } catch {
    return {}
  }
}

const first = kept()
export const look = reactive<Look>({
  lang: first.lang === 'en' ? 'en' : 'zh',
  light: first.light ?? 'system',
  size: first.size ?? 'office',
  scale: first.scale ?? 1,
})

const system = typeof matchMedia === 'function' ? matchMedia('(prefers-color-scheme: dark)') : undefined

export const shown = reactive({ dark: false })

function apply(): void {
  const root = document.documentElement
  shown.dark = look.light === 'dark' || (look.light === 'system' && Boolean(system?.matches))
  root.dataset.light = shown.dark ? 'dark' : 'paper'
  root.dataset.size = look.size
  root.style.setProperty('--elder-scale', String(look.scale))
  root.lang = look.lang === 'en' ? 'en' : 'zh-CN'
}

watch(
  look,
  () => {
    apply()
    try {
      localStorage.setItem(KEY, JSON.stringify(look))
    } catch {
      /* a private window keeps nothing */
    }
  },
  { flush: 'sync' },
)
system?.addEventListener?.('change', apply)
apply()
