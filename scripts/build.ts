import { execFileSync } from 'node:child_process';
import { cpSync, globSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/**
 * `npm run build`: compiles `src` and `demo` into `dist`, which is what the package ships (Node strips no
 * types below `node_modules`). Files that are read at run time are copied to the same relative places.
 */
rmSync('dist', { recursive: true, force: true });
execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'], {
  stdio: 'inherit',
});
for (const file of globSync('{src,demo}/**/*.{json,html,css}')) {
  cpSync(file, join('dist', file));
}
