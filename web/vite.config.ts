import { defineConfig } from 'vite'
import type { BuildEnvironmentOptions } from 'vite'

/** asc asks for Node's modules only when it runs there; that Vite leaves them out is no news. */
const rolldownOptions: BuildEnvironmentOptions['rolldownOptions'] = {
  onLog: (level, log, handler) => {
    if (!log.message.includes('externalized for browser compatibility')) handler(level, log)
  },
  checks: { pluginTimings: false },
}

/** The playground. Paths in the build are relative, so that `dist/web` can be served from any folder. */
export default defineConfig({
  root: import.meta.dirname,
  base: './',
  // Library, programs and assets are beside this folder.
  server: { host: '127.0.0.1', fs: { allow: ['..'] } },
  preview: { host: '127.0.0.1' },
  worker: { format: 'es', rolldownOptions },
  build: {
    target: 'es2022',
    outDir: '../dist/web',
    emptyOutDir: true,
    chunkSizeWarningLimit: 20_000,
    rolldownOptions,
  },
})
