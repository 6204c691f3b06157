/** One answer says nothing; so many in a row are rather the document's fault, or the CRM has changed. */
const MISSES_MAX = 20;

/** What is kept of answers that did not fit. */
export interface AnswerMisses {
  /** Calls in a row in which the CRM's search found nobody. */
  readonly unfound: number;
  /** Keys of the last of these answers. */
  readonly unfound_sample: string | null;
  /** Requests in a row that were carried out, and whose answer lacked the id. */
  readonly without_id: number;
  readonly without_id_sample: string | null;
}

/** What seems wrong with a connection although it works, in words, with what to do. */
export function connectionWarnings(misses: AnswerMisses): readonly string[] {
  const { unfound, unfound_sample, without_id, without_id_sample } = misses;
  return [
    ...(unfound < MISSES_MAX
      ? []
      : [
          `FindContact found nobody in the last ${String(unfound)} calls: try it with the number of a contact that the CRM has; if it finds nobody, give \`phone_formats\` the form in which the CRM keeps numbers, and see that the response map names the field of the number${sampled(unfound_sample)}`,
        ]),
    ...(without_id < MISSES_MAX
      ? []
      : [
          `The last ${String(without_id)} requests were done, but their answers lacked the id that the response map looks for: the CRM may have changed its answers; compare them with the map in the log of a call${sampled(without_id_sample)}`,
        ]),
  ];
}

function sampled(sample: string | null): string {
  return sample === null ? '' : `. The last answer, without its values: ${sample}`;
}
