import type { BookScope } from '../index/contact-index.ts';
import type { PassKind, SyncMethod } from '../index/sync-store.ts';
import type { PassResult } from './run-pass.ts';

/** What others learn of syncs: the log and the metrics. */
export interface SyncEvents {
  passRan(
    of: BookScope,
    pass: {
      readonly method: SyncMethod;
      readonly kind: PassKind;
      readonly durationMs: number;
      readonly result: PassResult;
      /** In this run, which may be a part of the pass only. */
      readonly counts: { readonly pages: number; readonly received: number };
    },
  ): void;
  /** `percent` of the disk are free: too little. */
  noSpace(of: BookScope, percent: number): void;
}
