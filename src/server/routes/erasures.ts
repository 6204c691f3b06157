import type * as z from 'zod';

import { findErasure } from '../../calls/erasure/erasure-repository.ts';
import type { ErasureRow } from '../../calls/erasure/erasure-repository.ts';
import { readCounts } from '../../calls/erasure/eraser.ts';
import type { Eraser } from '../../calls/erasure/eraser.ts';
import { findConnection } from '../../connections/connections-repository.ts';
import { erasePerson, getErasure } from '../../contract/erasures.ts';
import type { Erasure } from '../../contract/erasures.ts';
import { AppError } from '../../errors/app-error.ts';
import { hasExtension } from '../../organizations/extensions-repository.ts';
import { route } from '../route.ts';
import type { Route } from '../route.ts';
import { mustHave } from './must-have.ts';
import { actorOf, iso } from './present.ts';
import type { StoreDeps } from './route-deps.ts';

export interface ErasureRouteDeps extends StoreDeps {
  readonly eraser: Eraser;
}

/** Whom nobody may know any more. */
export function erasureRoutes({ database, eraser }: ErasureRouteDeps): readonly Route[] {
  return [
    route(erasePerson, async ({ body }, context) => {
      const scope = context.scope();
      const { number, contact, confirm } = body;
      if (contact !== undefined) {
        await mustHave(findConnection(database.read, scope, contact.connection_id), 'connection');
      }
      const person = {
        ...(number === undefined ? {} : { number }),
        ...(contact === undefined
          ? {}
          : {
              contact: {
                connectionId: contact.connection_id,
                contactId: contact.contact_id,
                ...(contact.contact_type === undefined
                  ? {}
                  : { contactType: contact.contact_type }),
              },
            }),
      };
      if (!(await eraser.knows(scope, person))) {
        throw new AppError('invalid_request', 'The body at /number must be a phone number.');
      }
      if (
        number !== undefined &&
        (await hasExtension(database.read, scope, { number, other: number }))
      ) {
        throw new AppError(
          'conflict',
          'This number is a phone of the organization: delete its extension instead.',
        );
      }
      if (!confirm) {
        const { counts, waiting } = await eraser.preview(scope, person, context.signal);
        return { body: { ...PREVIEW, waiting_calls: waiting, counts } };
      }
      const row = await eraser.begin(scope, person, actorOf(context));
      eraser.wake();
      return { body: present(row) };
    }),
    route(getErasure, async ({ params }, { scope }) => {
      const row = await mustHave(findErasure(database.read, scope(), params.erasure_id), 'erasure');
      return { body: present(row) };
    }),
  ];
}

const PREVIEW = {
  erasure_id: null,
  state: 'preview' as const,
  message: 'Nothing was erased: send `confirm` with the same person.',
  ...{ actor: null, asked_at: null, applied_until: null },
};

function present(row: ErasureRow): z.input<typeof Erasure> {
  const state = row.applied_at === null ? 'running' : row.waiting > 0 ? 'waiting' : 'done';
  return {
    erasure_id: row.id,
    state,
    message: WORDS[state],
    actor: row.actor,
    asked_at: iso(row.asked_at),
    applied_until: iso(row.ends_at),
    waiting_calls: row.waiting,
    counts: readCounts(row),
  };
}

const WORDS = {
  running: 'The calls are gone through; ask again in a moment.',
  waiting: 'Calls of the person are under way: they are erased when they end.',
  done: 'All that is here of the person is gone.',
} as const;
