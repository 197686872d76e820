// Fails the build when the first load gets heavy: the shell, with all that it imports at once, gzipped.
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const LIMIT_KB = 300;
const manifest = JSON.parse(readFileSync('dist/.vite/manifest.json', 'utf8'));

const files = new Set();
const visit = (key) => {
  const chunk = manifest[key];
  if (files.has(chunk.file)) {
    return;
  }
  files.add(chunk.file);
  (chunk.css ?? []).forEach((css) => files.add(css));
  (chunk.imports ?? []).forEach(visit);
};
visit('index.html');

let bytes = 0;
for (const file of files) {
  bytes += gzipSync(readFileSync(`dist/${file}`), { level: 9 }).length;
}
const kilobytes = Math.round(bytes / 1000);
console.log(`shell: ${kilobytes} kB gzip in ${files.size} files (limit ${LIMIT_KB} kB)`);
if (kilobytes > LIMIT_KB) {
  console.error('The shell is too heavy: load what it does not need at once with lazy().');
  process.exit(1);
}
