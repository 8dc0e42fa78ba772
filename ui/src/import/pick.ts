// Files chosen or dropped become imports; the page of the import opens.
import { ref } from 'vue'
import { useRouter } from 'vue-router'
import { upload } from '@/api/upload'
import type { Problem } from '@/api/types'
import { useScope } from '@/state/scope'
import { remember } from './remembered'

export const uploading = ref<{ name: string; share: number; problem: Problem | null } | null>(null)

export function useImportPick(collection: () => string | undefined): { pick: () => void; take: (files: FileList | File[]) => Promise<void> } {
  const router = useRouter()
  const { division } = useScope()
  async function take(files: FileList | File[]): Promise<void> {
    const file = [...files][0]
    if (!file) return
    uploading.value = { name: file.name, share: 0, problem: null }
    const got = await upload(file, { collection: collection(), division: division.value }, (share) => {
      if (uploading.value) uploading.value = { ...uploading.value, share }
    })
    if (!got.ok) {
      uploading.value = { name: file.name, share: 0, problem: got.problem }
      return
    }
    uploading.value = null
    remember({ id: got.value.id, name: file.name, at: new Date().toISOString() })
    await router.push(`/imports/${got.value.id}`)
  }
  function pick(): void {
    const input = document.createElement('input')
    input.type = 'file'
    input.accept = '.xlsx,.xls,.csv,.ods,.geojson,.json,.zip,.gpkg,.kml,.kmz,.gpx,.shp,.txt'
    input.onchange = () => void (input.files && take(input.files))
    input.click()
  }
  return { pick, take }
}
