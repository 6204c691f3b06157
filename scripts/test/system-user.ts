import { readFileSync } from 'node:fs';

/** The numeric identity under which a child process runs (`uid` and `gid` of `child_process.spawn`). */
export interface SystemUser {
  readonly uid: number;
  readonly gid: number;
}

/**
 * The user under which a server that refuses root is to run: undefined (ourselves) when we are not root,
 * else the first of the names that the machine's user database has, else `nobody`.
 */
export function unprivilegedUser(names: readonly string[]): SystemUser | undefined {
  if (process.getuid?.() !== 0) {
    return undefined;
  }
  const users = parseUsers(readFileSync('/etc/passwd', 'utf8'));
  const name = [...names, 'nobody'].find((candidate) => users.has(candidate));
  return name === undefined ? undefined : users.get(name);
}

/** Reads the user database (`passwd(5)`): name, password, uid, gid, … separated by colons. */
export function parseUsers(passwd: string): ReadonlyMap<string, SystemUser> {
  const rows = passwd.split('\n').filter((line) => line.split(':').length >= 4);
  return new Map(
    rows.map((line) => {
      const [name = '', , uid, gid] = line.split(':');
      return [name, { uid: Number(uid), gid: Number(gid) }];
    }),
  );
}
