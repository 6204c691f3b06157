import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Copies what a fresh clone with the present changes would hold into `folder`. */
export function copyCheckout(folder: string): void {
  const options = ['--cached', '--others', '--exclude-standard'];
  const list = execFileSync('git', ['ls-files', '-z', ...options], { encoding: 'utf8' });
  for (const path of list.split('\0').filter((line) => line !== '' && existsSync(line))) {
    const copy = join(folder, path);
    mkdirSync(dirname(copy), { recursive: true });
    cpSync(path, copy);
    chmodSync(copy, statSync(path).mode);
  }
}

/** What a package manager may need from its surroundings to reach its registry; nothing else is handed on. */
const KEPT = /^(HOME|LANG|TMPDIR|NODE_EXTRA_CA_CERTS|SSL_CERT_(FILE|DIR)|(HTTPS?|NO|ALL)_PROXY)$/i;
const KEPT_OF_NPM =
  /^npm_config_(registry|cache|userconfig|globalconfig|cafile|ca|https?_proxy|proxy|noproxy)$/i;

/** An environment as a new login has it, with the given PATH: none of the variables that npm sets for its scripts. */
export function freshEnvironment(path: string): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => KEPT.test(name) || KEPT_OF_NPM.test(name),
  );
  return { ...Object.fromEntries(kept), PATH: path };
}
