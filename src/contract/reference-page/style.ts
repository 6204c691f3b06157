import { LOOK } from '../look.ts';

/** The style sheet of the reference page. */
export const STYLE = `${LOOK}
.skip { position: absolute; left: -999px; }
.skip:focus { left: 8px; top: 8px; background: var(--page); padding: 8px; z-index: 1; }
.frame { display: grid; grid-template-columns: 248px minmax(0, 1fr); max-width: 1440px; margin: 0 auto; }
nav {
  position: sticky; top: 0; height: 100vh; overflow-y: auto; padding: 24px 12px 32px 16px;
  border-right: 1px solid var(--line); font-size: 13px; line-height: 18px;
}
nav strong { display: block; font-size: 16px; margin: 0 4px 12px; }
nav ul { list-style: none; margin: 0; padding: 0; }
nav summary { padding: 4px; cursor: pointer; font-weight: 600; }
nav summary::first-letter { text-transform: uppercase; }
nav li a { display: block; padding: 3px 4px 3px 16px; color: var(--muted); text-decoration: none; border-radius: 4px; }
nav li a:hover { background: var(--panel); color: var(--text); }
main { padding: 24px 32px 64px; min-width: 0; }
.intro { margin-bottom: 32px; }
.intro dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 4px 16px; margin: 0; }
.intro dt { font-weight: 600; }
.intro dd { margin: 0; max-width: 78ch; }
.group > h2 { border-bottom: 1px solid var(--line); padding: 24px 0 8px; margin-bottom: 0; }
.group > h2::first-letter { text-transform: uppercase; }
.group > p { margin-top: 8px; color: var(--muted); }
.operation, .object {
  display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 440px); gap: 8px 32px;
  padding: 24px 0; border-bottom: 1px solid var(--line);
}
.object { grid-template-columns: minmax(0, 1fr); }
h3 { font-size: 15px; line-height: 22px; font-weight: 600; margin: 0 0 4px; }
h3 a { color: inherit; text-decoration: none; }
h3 a:hover { text-decoration: underline; }
h4 { font-size: 13px; line-height: 18px; margin: 16px 0 4px; color: var(--muted); font-weight: 600; }
.route { display: flex; gap: 8px; align-items: baseline; flex-wrap: wrap; }
.method { font: var(--code); font-weight: 600; padding: 0 6px; border-radius: 4px; background: var(--sunk); color: var(--muted); }
.method.get { color: var(--accent); background: var(--accent-tint); }
.method.post, .method.put { color: var(--done); background: var(--done-tint); }
.method.patch { color: var(--waits); background: var(--waits-tint); }
.method.delete { color: var(--refused); background: var(--refused-tint); }
table { border-collapse: collapse; width: 100%; font-size: 13px; line-height: 18px; margin: 0 0 8px; }
th, td { text-align: left; vertical-align: top; padding: 6px 12px 6px 0; border-top: 1px solid var(--line); }
thead th { border-top: 0; color: var(--muted); font-weight: 400; }
tbody th { font-weight: 400; width: 1%; }
tbody th code { overflow-wrap: normal; white-space: nowrap; }
td:nth-child(2):not(:last-child) { width: 20%; min-width: 88px; }
.quiet { color: var(--muted); }
details { margin-top: 4px; }
details summary { cursor: pointer; color: var(--accent); }
.up { display: none; }
td table, td tbody, td tr, td tbody th, td td, td td:nth-child(2):not(:last-child) { display: block; width: auto; min-width: 0; }
td thead { display: none; }
td table { border-left: 2px solid var(--line); padding-left: 12px; margin-top: 8px; }
td tbody th, td td { border: 0; padding: 2px 0; }
td tbody tr { padding: 6px 0; }
td tbody tr + tr { border-top: 1px solid var(--line); }
.example figure { margin: 0 0 12px; border: 1px solid var(--line); border-radius: 4px; overflow: hidden; }
.example figcaption { padding: 4px 12px; background: var(--panel); border-bottom: 1px solid var(--line); font-size: 12px; line-height: 16px; color: var(--muted); }
pre { margin: 0; padding: 12px; overflow: auto; max-height: 420px; background: var(--sunk); white-space: pre; }
@media (min-width: 1100px) { .example { position: sticky; top: 16px; align-self: start; } }
@media (max-width: 1099px) { .operation { grid-template-columns: minmax(0, 1fr); } }
@media (max-width: 767px) {
  .frame { grid-template-columns: minmax(0, 1fr); }
  nav { position: static; height: auto; border-right: 0; border-bottom: 1px solid var(--line); padding: 16px; }
  main { padding: 16px; }
  .intro dl { grid-template-columns: minmax(0, 1fr); gap: 0; }
  .intro dd { margin-bottom: 8px; }
  nav li a { padding-block: 8px; }
  table, tbody, tr, th, td { display: block; width: auto; }
  thead { display: none; }
  tbody th, tbody td, td:nth-child(2):not(:last-child) { border: 0; padding: 2px 0; width: auto; min-width: 0; }
  tbody tr { border-top: 1px solid var(--line); padding: 6px 0; }
  tbody th code { white-space: normal; overflow-wrap: anywhere; }
  .example pre { white-space: pre-wrap; overflow-wrap: anywhere; }
  .up {
    display: block; position: fixed; right: 12px; bottom: 12px; padding: 8px 16px; border-radius: 20px;
    background: var(--page); border: 1px solid var(--line); text-decoration: none;
  }
}
@media print { nav, .up { display: none; } .frame, .operation { display: block; } pre { max-height: none; white-space: pre-wrap; } }
`;
