import type * as z from 'zod';

import { recordDeed } from '../../access/audit.ts';
import { readCounts } from '../../calls/erasure/counts.ts';
import { findErasure, listErasuresOf, readmit } from '../../calls/erasure/erasure-repository.ts';
import type { ErasureRow } from '../../calls/erasure/erasure-repository.ts';
import type { NamedPerson } from '../../calls/erasure/person.ts';
import type { Onlooker } from '../../calls/onlooker.ts';
import { findConnection } from '../../connections/connections-repository.ts';
import type { IndexedContact } from '../../contacts/index/contact-index.ts';
import { erasePerson, getErasure, listErasures, readmitPerson } from '../../contract/erasures.ts';
import type { Erasure } from '../../contract/erasures.ts';
import { AppError } from '../../errors/app-error.ts';
import { hasExtension } from '../../organizations/extensions-repository.ts';
import { momentOfId } from '../../text/uuid.ts';
import type { ErasureParts } from '../erasure-parts.ts';
import type { KnownPerson } from '../erasure-person.ts';
import { route } from '../route.ts';
import type { RequestContext, Route } from '../route.ts';
import { mustHave } from './must-have.ts';
import { actorOf, iso, isoOrNull, presentPage } from './present.ts';
import type { StoreDeps } from './route-deps.ts';

export interface ErasureRouteDeps extends StoreDeps {
  readonly eraser: ErasureParts;
  /** Screens hold what they were told for some minutes. */
  readonly onlooker: Pick<Onlooker, 'forget'>;
}

/** Whom nobody may know any more. */
export function erasureRoutes(deps: ErasureRouteDeps): readonly Route[] {
  const { database, ids, eraser } = deps;
  return [
    route(erasePerson, async ({ body }, context) => {
      const scope = context.scope();
      const asked = await readWish({ database, eraser }, context, body);
      const known = await eraser.know(scope.organizationId, asked, context.signal);
      const wish = { asked, person: known.person, keepOut: body.keep_out };
      if (!body.confirm) {
        const { counts, waiting } = await eraser.preview(scope, wish, context.signal);
        const told = { waiting_calls: waiting, keep_out: body.keep_out, counts };
        const isNobody = waiting === 0 && Object.values(counts).every((count) => count === 0);
        const message = isNobody ? NOBODY : PREVIEW.message;
        return { body: { ...PREVIEW, ...told, message, person: presentKnown(known) } };
      }
      const row = await eraser.begin(scope, wish, actorOf(context));
      eraser.wake();
      deps.onlooker.forget(scope.organizationId);
      return { body: present(row) };
    }),
    route(listErasures, async ({ query }, { scope }) => ({
      body: presentPage(await listErasuresOf(database.read, scope(), query), present),
    })),
    route(getErasure, async ({ params }, { scope }) => {
      const row = await mustHave(findErasure(database.read, scope(), params.erasure_id), 'erasure');
      return { body: present(row) };
    }),
    route(readmitPerson, async ({ params }, context) => {
      const scope = context.scope();
      const id = params.erasure_id;
      const row = await database.write(async (transaction) => {
        const now = database.now();
        if (await readmit(transaction, scope, { id, now })) {
          await recordDeed(transaction, scope, {
            ...{ ids, actor: actorOf(context), action: 'person.readmitted' },
            ...{ objectKind: 'erasure', objectId: id, at: now },
          });
        }
        return await mustHave(findErasure(transaction, scope, id), 'erasure');
      });
      // One that still ran goes on, and then forgets at once who it was.
      eraser.wake();
      return { body: { ...present(row), message: READMITTED } };
    }),
  ];
}

type Asked = z.output<typeof erasePerson.body>;

async function readWish(
  { database, eraser }: Pick<ErasureRouteDeps, 'database' | 'eraser'>,
  context: RequestContext,
  { number, contact }: Pick<Asked, 'number' | 'contact'>,
): Promise<NamedPerson> {
  const scope = context.scope();
  if (contact !== undefined) {
    await mustHave(findConnection(database.read, scope, contact.connection_id), 'connection');
  }
  const asked: NamedPerson = {
    numbers: number === undefined ? [] : [number],
    contacts:
      contact === undefined
        ? []
        : [
            {
              connectionId: contact.connection_id,
              contactId: contact.contact_id,
              contactType: contact.contact_type,
            },
          ],
  };
  if (!(await eraser.knows(scope, asked))) {
    throw new AppError('invalid_request', 'The body at /number must be a phone number.');
  }
  const isOwn =
    number !== undefined && (await hasExtension(database.read, scope, { number, other: number }));
  if (!isOwn) return asked;
  throw new AppError(
    'conflict',
    'This number is a phone of the organization: delete its extension instead.',
  );
}

const NOBODY =
  'Nothing here is of this person: there is nothing to erase. To keep out what a CRM tells of them later, ' +
  'send `confirm` with `keep_out`.';

const PREVIEW = {
  erasure_id: null,
  state: 'preview' as const,
  message: 'Nothing was erased: send `confirm` with the same person.',
  ...{ actor: null, asked_at: null, applied_until: null, looked_until: null },
};

function presentKnown(known: KnownPerson): z.input<typeof Erasure>['person'] {
  return {
    numbers: [...known.person.numbers],
    contacts: known.contacts.map(presentContact),
    shared_numbers: [...known.shared],
    similar: known.similar.map(presentContact),
  };
}

function presentContact({ connectionId, crmId, contactType, name }: IndexedContact) {
  const contact_type = contactType === '' ? null : contactType;
  return { connection_id: connectionId, contact_id: crmId, contact_type, name };
}

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
    looked_until: isoOrNull(state === 'running' ? momentOfId(row.looked_at) : null),
    keep_out: row.keep_out === 1,
    counts: readCounts(row),
    person: null,
  };
}

const READMITTED =
  'The person may be kept again: where a CRM has them still, the next full sync brings the copy. What was erased stays so.';

const WORDS = {
  running: 'The calls are looked through: ask again in a moment.',
  waiting: 'Calls of the person are under way: they are erased when they end.',
  done: 'All that is here of the person is gone.',
} as const;
