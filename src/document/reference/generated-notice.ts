/** Stands on top of each page, for people who would change it by hand. */
export const GENERATED_NOTICE =
  '<!-- Made by `npm run generate` from the tables in src/document. Edit those. -->\n';
