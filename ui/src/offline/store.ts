// What waits on this device for a line: records and the bytes of photos, in IndexedDB.
export interface Keep<T> {
  put: (key: string, value: T) => Promise<void>
  get: (key: string) => Promise<T | undefined>
  all: () => Promise<T[]>
  drop: (key: string) => Promise<void>
}

const NAME = 'sangzi'
const STORES = ['queue', 'files'] as const
export type Shelf = (typeof STORES)[number]

let opened: Promise<IDBDatabase> | undefined
function open(): Promise<IDBDatabase> {
  opened ??= new Promise((done, fail) => {
    const ask = indexedDB.open(NAME, 1)
    ask.onupgradeneeded = () => STORES.forEach((s) => ask.result.objectStoreNames.contains(s) || ask.result.createObjectStore(s))
    ask.onsuccess = () => done(ask.result)
    ask.onerror = () => {
      opened = undefined
      fail(ask.error ?? new Error('IndexedDB'))
    }
  })
  return opened
}

async function run<R>(shelf: Shelf, mode: IDBTransactionMode, work: (s: IDBObjectStore) => IDBRequest<R>): Promise<R> {
  const db = await open()
  return new Promise((done, fail) => {
    const tx = db.transaction(shelf, mode)
    const ask = work(tx.objectStore(shelf))
    // Done when it lies on the disk, not when it was asked for.
    tx.oncomplete = () => done(ask.result)
    tx.onabort = tx.onerror = () => fail(tx.error ?? new Error('IndexedDB'))
  })
}

export const shelf = <T>(name: Shelf): Keep<T> => ({
  put: async (key, value) => void (await run(name, 'readwrite', (s) => s.put(value, key))),
  get: (key) => run(name, 'readonly', (s) => s.get(key) as IDBRequest<T | undefined>),
  all: () => run(name, 'readonly', (s) => s.getAll() as IDBRequest<T[]>),
  drop: async (key) => void (await run(name, 'readwrite', (s) => s.delete(key))),
})

/** The same in memory, for tests and for browsers that keep nothing. */
export function memory<T>(): Keep<T> {
  const map = new Map<string, T>()
  return {
    put: async (key, value) => void map.set(key, value),
    get: async (key) => map.get(key),
    all: async () => [...map.values()],
    drop: async (key) => void map.delete(key),
  }
}
