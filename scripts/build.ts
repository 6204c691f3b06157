import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';

// `npm run build`: compiles `src` and `demo` into `dist`, which is what the package ships, since Node strips
// no types below `node_modules`. Files read at run time (documents, schemas) lie beside `dist`, at the root.
rmSync('dist', { recursive: true, force: true });
const compiler = ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'];
process.exitCode = spawnSync(process.execPath, compiler, { stdio: 'inherit' }).status ?? 1;
