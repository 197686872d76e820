import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

// `npm run dev` serves the sources, and passes what they call on to a manager: CONSOLE_MANAGER=http://127.0.0.1:8080
const manager = process.env['CONSOLE_MANAGER'] ?? 'http://127.0.0.1:8080';

export default defineConfig({
  base: '/console/',
  plugins: [react()],
  server: {
    proxy: {
      '/console/api': manager,
      '/console/login': manager,
      '/console/session': manager,
    },
  },
  build: {
    outDir: 'dist',
    manifest: true,
    target: 'es2022',
    // The content security policy forbids data: for fonts and scripts, and inline scripts altogether.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 900,
  },
  test: {
    environment: 'happy-dom',
    include: ['src/**/*.test.{ts,tsx}'],
    reporters: ['default'],
  },
});
