const LONGEST = 255;

/**
 * A file name as a CRM and a browser may show it: no path, no control characters, none that turns its
 * ending around; `undefined` when nothing is left.
 */
export function cleanFilename(name: string | undefined): string | undefined {
  const last = name
    ?.toWellFormed()
    .split(/[/\\]/)
    .at(-1)
    ?.replaceAll(/[\p{Cc}\p{Bidi_Control}]/gu, '')
    .trim()
    .slice(0, LONGEST)
    .toWellFormed();
  return last === undefined || last === '' || last === '.' || last === '..' ? undefined : last;
}

/**
 * The name in a Content-Disposition (RFC 6266): a plain one for old clients, and where that loses
 * something the whole one in UTF-8 (RFC 8187).
 */
export function dispositionOf(kind: 'inline' | 'attachment', name: string): string {
  const clean = cleanFilename(name) ?? 'recording';
  const plain = clean.replaceAll(/[^\w.() -]/g, '_');
  const quoted = `${kind}; filename="${plain}"`;
  if (plain === clean) return quoted;
  const encoded = encodeURIComponent(clean).replaceAll(
    /['()*]/g,
    (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `${quoted}; filename*=UTF-8''${encoded}`;
}
