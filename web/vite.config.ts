import { defineConfig } from 'vite'

/** The playground. Paths in the build are relative, so that `dist/web` can be served from any folder. */
export default defineConfig({
  root: import.meta.dirname,
  base: './',
  worker: { format: 'es' },
  build: {
    target: 'es2022',
    outDir: '../dist/web',
    emptyOutDir: true,
    chunkSizeWarningLimit: 8000,
  },
})
