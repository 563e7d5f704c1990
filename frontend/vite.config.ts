import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'

// Asked under the address of the page, as the server's check of forged requests wants it.
const backend = { target: process.env['BACKEND'] ?? 'http://127.0.0.1:8000', changeOrigin: false }

export default defineConfig(({ command }) => ({
    base: command === 'build' ? '/static/' : '/',
    plugins: [react()],
    server: {
        host: '127.0.0.1',
        proxy: { '/api': backend, '/_preflight': backend, '/batch': backend, '/i': backend },
    },
    build: {
        outDir: 'dist',
        emptyOutDir: true,
        sourcemap: false,
        chunkSizeWarningLimit: 700,
    },
    test: {
        environment: 'happy-dom',
        setupFiles: ['src/lib/test-setup.ts'],
        include: ['src/**/*.test.{ts,tsx}'],
        sequence: { shuffle: true },
        restoreMocks: true,
        css: false,
    },
}))
