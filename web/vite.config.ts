import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync } from 'node:zlib'
import react from '@vitejs/plugin-react'
import type { Plugin } from 'vite'
import { defineConfig } from 'vitest/config'

const server = process.env.EDTECH_URL ?? 'http://127.0.0.1:8000'

/** Puts a `.br` beside every script and style sheet, which the gateway sends to browsers that take it. */
const packed: Plugin = {
  name: 'packed',
  apply: 'build',
  writeBundle({ dir = 'dist' }) {
    for (const name of readdirSync(`${dir}/assets`)) {
      if (/\.(js|css)$/.test(name)) writeFileSync(`${dir}/assets/${name}.br`, brotliCompressSync(readFileSync(`${dir}/assets/${name}`)))
    }
  },
}

export default defineConfig({
  plugins: [react(), packed],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  build: {
    // Phones of 2020: Chrome 87, Safari 14.
    target: ['es2020', 'chrome87', 'safari14', 'firefox85'],
    manifest: true,
    assetsInlineLimit: 0,
  },
  server: {
    proxy: {
      '/api': server,
      '/socket.io': { target: server, ws: true },
      '/push': { target: server, ws: true },
    },
  },
  test: {
    environment: 'jsdom',
    include: ['tests/**/*.test.{ts,tsx}', 'src/**/*.test.{ts,tsx}'],
    setupFiles: ['tests/setup.ts'],
    css: false,
    testTimeout: 20_000, // a busy machine is no fault of the page
  },
})
