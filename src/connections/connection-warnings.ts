/** One call of an unknown person says nothing; so many in a row are rather the document's fault. */
const UNFOUND_MAX = 20;

/**
 * What seems wrong with a connection although it works, in words, with what to do. `unfound`: calls in
 * a row in which the CRM's search found nobody.
 */
export function connectionWarnings({ unfound }: { readonly unfound: number }): readonly string[] {
  if (unfound < UNFOUND_MAX) return [];
  return [
    `FindContact found nobody in the last ${String(unfound)} calls: try it with the number of a contact that the CRM has; if it finds nobody, give \`phone_formats\` the form in which the CRM keeps numbers, and see that the response map names the field of the number`,
  ];
}
