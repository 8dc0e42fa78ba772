// The name of the division everything is scoped to.
import { ref, watch, type Ref } from 'vue'
import { getDivision } from '@/api/county'
import { t } from '@/texts'
import { node } from './county'

const names = new Map<string, string>()

export function usePlaceName(code: () => string | undefined): Ref<string> {
  const name = ref('')
  watch(
    [code, node],
    async ([c, n]) => {
      if (!c) {
        name.value = n?.name ?? t('common.county')
        return
      }
      const known = names.get(c)
      if (known) name.value = known
      else {
        const got = await getDivision(c)
        if (!got.ok) return
        names.set(c, got.value.name)
        if (code() === c) name.value = got.value.name
      }
    },
    { immediate: true },
  )
  return name
}
