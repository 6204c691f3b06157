import type { OpenContactIndex } from '../../index/create-contact-index.ts';
import type { ContactSyncDeps } from '../contact-sync.ts';
import type { SyncPoint } from '../run-pass.ts';

/** Each page is two batches: its records, and then its end. */
export const BY_PAGE = { batches: { contacts: 1, ms: 0 } };

export interface Dying {
  /** For the worker that is to die. */
  readonly more: Partial<ContactSyncDeps>;
  readonly dead: Promise<undefined>;
}

/** A process that ends at the so-manieth time it comes to a point: nothing of it reaches the database after. */
export function dies(index: OpenContactIndex, point: SyncPoint, times: number): Dying {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  let left = times;
  const { sync, ...rest } = index;
  const alive = (): void => {
    if (left <= 0) throw new Error('the process has ended');
  };
  const dying = new Proxy(sync, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      return async (...given: readonly unknown[]): Promise<unknown> => {
        alive();
        return await Reflect.apply(value, target, given);
      };
    },
  });
  const reached = (at: SyncPoint): void => {
    if (at === point) left -= 1;
    if (left <= 0) resolve(undefined);
    alive();
  };
  return { more: { ...BY_PAGE, index: { ...rest, sync: dying }, reached }, dead: promise };
}
