// The application is served at /app; the county's public faces stand beside it on the same origin.
import { createHash } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import type { Plugin } from 'vite'
import { defineConfig } from 'vitest/config'

const faces = ['collections', 'search', 'styles', 'map/tiles', 'events', 'demo', 'tasks', 'indicators', 'node', 'divisions',
  'imports', 'jobs', 'processes', 'changes', 'tileMatrixSets', 'healthz', 'metrics', 'api', 'conformance', 'files']
const server = process.env.SANGZI_URL ?? 'http://127.0.0.1:8080'
const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** Tells the service worker the names of all parts of this build. */
function shell(): Plugin {
  return {
    name: 'sangzi-shell',
    apply: 'build',
    enforce: 'post',
    generateBundle(_, bundle) {
      const worker = bundle['sw.js']
      if (worker?.type !== 'chunk') return
      const parts = Object.keys(bundle).filter((name) => name !== 'sw.js' && !name.endsWith('.html')).sort()
      const paths = [...parts, 'first.js', 'mark.svg', 'manifest.webmanifest'].map((name) => `/app/${name}`)
      const build = createHash('sha256').update(paths.join()).digest('hex').slice(0, 12)
      worker.code = worker.code.replaceAll('__SHELL__', JSON.stringify(paths)).replaceAll('__BUILD__', JSON.stringify(build))
    },
  }
}

export default defineConfig({
  base: '/app/',
  plugins: [vue(), shell()],
  worker: { format: 'es' },
  resolve: { alias: { '@': here('./src') } },
  server: {
    port: 5173,
    proxy: { [`^/(${faces.join('|')})(/|\\?|$)`]: { target: server, changeOrigin: true } },
  },
  build: {
    target: 'es2022',
    chunkSizeWarningLimit: 1200,
    sourcemap: false,
    rollupOptions: {
      input: { index: here('./index.html'), sw: here('./src/offline/worker.ts') },
      output: { entryFileNames: (chunk) => (chunk.name === 'sw' ? 'sw.js' : 'assets/[name]-[hash].js') },
    },
  },
  test: { environment: 'happy-dom', include: ['src/**/*.test.ts'] },
})
