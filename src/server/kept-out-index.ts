import type { KeptOut } from '../calls/erasure/kept-out.ts';
import type { OpenContactIndex } from '../contacts/index/create-contact-index.ts';

/** The index, into which nobody comes who is kept out. */
export function withoutKeptOut(index: OpenContactIndex, keptOut: KeptOut): OpenContactIndex {
  return {
    ...index,
    put: async (of, contacts, options) => {
      const kept = await keptOut.without(of, contacts);
      if (kept.length > 0) await index.put(of, kept, options);
    },
    sync: {
      ...index.sync,
      writeBatch: async (of, lease, batch) => {
        const records = [...(await keptOut.without(of, batch.records.splice(0)))];
        return await index.sync.writeBatch(of, lease, { ...batch, records });
      },
    },
  };
}
