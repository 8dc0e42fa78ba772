// The steps of a change to many: read the latest, try, make, undo.
import { shallowReactive } from 'vue'
import type { Problem, Value } from '@/api/types'
import type { Field } from '@/record/fields'
import { nameOf } from '@/record/values'
import { t } from '@/texts'
import { makeBatch, readRows, touched, tryBatch, undoBatch, type Done, type Row, type Undone } from './batch'

interface State {
  busy: boolean
  read: number
  rows: Row[] | null
  same: number
  problem: Problem | null
  done: Done | null
  undone: Undone | null
}
export interface Batch {
  state: State
  preview: (property: string, value: Value, reason: string) => Promise<void>
  make: () => Promise<void>
  undo: () => Promise<void>
  back: () => void
}

export function useBatch(collection: () => string, ids: () => string[], fields: () => Field[]): Batch {
  const state = shallowReactive<State>({ busy: false, read: 0, rows: null, same: 0, problem: null, done: null, undone: null })
  let asked: { property: string; value: Value; reason: string } = { property: '', value: null, reason: '' }

  async function preview(property: string, value: Value, reason: string): Promise<void> {
    asked = { property, value, reason }
    Object.assign(state, { busy: true, read: 0, problem: null })
    const got = await readRows(collection(), ids(), (n) => (state.read = n))
    state.busy = false
    if (!got.ok) {
      state.problem = got.problem
      return
    }
    const rows = touched(got.value, property, value)
    state.same = got.value.length - rows.length
    state.rows = rows
    if (!rows.length) return
    const tried = await tryBatch(collection(), rows, property, value, reason)
    state.problem = tried.ok ? null : tried.problem
  }
  async function make(): Promise<void> {
    if (!state.rows) return
    state.busy = true
    const got = await makeBatch(collection(), state.rows, asked.property, asked.value, asked.reason, (f) => nameOf(f, fields(), collection()))
    state.busy = false
    if (got.ok) state.done = got.value
    else state.problem = got.problem
  }
  async function undo(): Promise<void> {
    if (!state.done) return
    state.busy = true
    state.undone = await undoBatch(state.done, t('register.batchUndoReason'))
    state.busy = false
  }
  const back = (): void => void Object.assign(state, { rows: null, problem: null })
  return { state, preview, make, undo, back }
}
