// The application is served at /app; the county's public faces stand beside it on the same origin.
import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'

const faces = ['collections', 'search', 'styles', 'map/tiles', 'events', 'demo', 'tasks', 'indicators', 'node', 'divisions',
  'imports', 'jobs', 'processes', 'changes', 'tileMatrixSets', 'healthz', 'metrics', 'api', 'conformance', 'files']
const server = process.env.SANGZI_URL ?? 'http://127.0.0.1:8080'

export default defineConfig({
  base: '/app/',
  plugins: [vue()],
  worker: { format: 'es' },
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  server: {
    port: 5173,
    proxy: { [`^/(${faces.join('|')})(/|\\?|$)`]: { target: server, changeOrigin: true } },
  },
  build: {
    target: 'es2022',
    chunkSizeWarningLimit: 1200,
    sourcemap: false,
  },
  test: { environment: 'happy-dom', include: ['src/**/*.test.ts'] },
})
