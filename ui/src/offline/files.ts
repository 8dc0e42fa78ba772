// The bytes of photos taken without a line. They go up before the record that names them.
import { digestOf, postFile } from '@/api/files'
import type { Problem } from '@/api/types'
import { shelf, type Keep } from './store'

export interface KeptFile {
  id: string
  name: string
  blob: Blob
}
const files: Keep<KeptFile> = shelf('files')

/** Kept on this device under the id it will have; undefined: this browser cannot. */
export async function keepFile(file: File): Promise<string | undefined> {
  try {
    const id = await digestOf(file)
    if (id) await files.put(id, { id, name: file.name, blob: file })
    return id
  } catch {
    return undefined
  }
}
export const keptFile = (id: string): Promise<KeptFile | undefined> => files.get(id).catch(() => undefined)

/** Sends those of `ids` that lie here; null: all are there. */
export async function sendFiles(ids: string[], from: Keep<KeptFile> = files): Promise<Problem | null> {
  for (const id of ids) {
    const kept = await from.get(id).catch(() => undefined)
    if (!kept) continue
    const got = await postFile(kept.blob, kept.name)
    if (!got.ok) return got.problem
    await from.drop(id)
  }
  return null
}
