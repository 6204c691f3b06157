/** The frame of a page, its text and its links. */
export const BASE = `
*, ::before, ::after { box-sizing: border-box; margin: 0; padding: 0; }
html { -webkit-text-size-adjust: 100%; scroll-padding-top: var(--space-5); }
body { background: var(--page); color: var(--text); font: 14px/20px var(--sans); overflow-wrap: break-word; }
h1 { font-size: 22px; line-height: 28px; font-weight: 600; }
h2 { font-size: 16px; line-height: 24px; font-weight: 600; margin: var(--space-5) 0 var(--space-2); }
h3 { font-size: 14px; line-height: 20px; font-weight: 600; }
ul, ol { list-style: none; }
a { color: var(--accent); text-decoration-thickness: 1px; text-underline-offset: 2px; }
a:hover { text-decoration-thickness: 2px; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 2px; }
main:focus { outline: none; }
code, pre, .number, .path { font-family: var(--mono); font-size: 13px; }
code { background: var(--sunk); border-radius: 4px; padding: 1px 5px; overflow-wrap: anywhere; }
code.line { display: block; padding: var(--space-2) var(--space-3); margin: var(--space-2) 0; }
pre { background: var(--sunk); border-radius: var(--radius); padding: var(--space-3); overflow-x: auto; white-space: pre-wrap; overflow-wrap: anywhere; }
.quiet { color: var(--muted); font-weight: 400; }
.lead { max-width: 70ch; margin: var(--space-1) 0 var(--space-3); }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.skip { position: absolute; left: -999px; top: var(--space-2); background: var(--page); padding: var(--space-2) var(--space-3); z-index: 2; }
.skip:focus { left: var(--space-2); }
.icon { width: 18px; height: 18px; flex: none; fill: none; stroke: currentColor; stroke-width: 1.5; stroke-linecap: round; stroke-linejoin: round; vertical-align: -4px; }
.logo { width: 28px; height: 28px; flex: none; }
.logo rect { fill: var(--accent); }
.logo circle, .logo path { fill: none; stroke: var(--on-accent); stroke-width: 2; stroke-linecap: round; }
.shell { display: grid; grid-template-columns: 208px minmax(0, 1fr); min-height: 100vh; }
.bar { background: var(--panel); border-right: 1px solid var(--line); padding: var(--space-4) var(--space-3); position: sticky; top: 0; height: 100vh; display: flex; flex-direction: column; gap: var(--space-4); }
.brand { display: flex; align-items: center; gap: var(--space-2); font-size: 16px; font-weight: 600; color: var(--text); text-decoration: none; padding: 0 var(--space-2); }
.bar ul { display: grid; gap: 2px; }
.bar li a { display: flex; align-items: center; gap: var(--space-3); min-height: 36px; padding: 0 var(--space-2); border-radius: var(--radius); color: var(--muted); text-decoration: none; }
.bar li a:hover { background: var(--sunk); color: var(--text); }
.bar li a[aria-current] { background: var(--accent-tint); color: var(--accent); font-weight: 600; }
.about { margin-top: auto; color: var(--muted); font-size: 12px; line-height: 16px; padding: 0 var(--space-2); }
.page { max-width: 1180px; width: 100%; padding: var(--space-5) var(--space-6) var(--space-6); }
.live { color: var(--muted); font-size: 12px; min-height: 16px; margin-top: var(--space-4); }
.alone { display: grid; place-items: center; min-height: 100vh; padding: var(--space-4); background: var(--panel); }
.alone main { width: 100%; max-width: 420px; background: var(--page); border: 1px solid var(--line); border-radius: 10px; padding: var(--space-5); display: grid; gap: var(--space-3); }
.alone .brand { padding: 0 0 var(--space-2); }
.alone form { display: grid; gap: var(--space-2); }
.alone input { width: 100%; }
.ticks { display: grid; gap: var(--space-1); padding-left: var(--space-4); list-style: '✓  '; }
@media (max-width: 820px) {
  .shell { display: block; }
  .bar { position: static; height: auto; padding: var(--space-2); gap: var(--space-2); border-right: 0; border-bottom: 1px solid var(--line); }
  .bar ul { display: flex; flex-wrap: wrap; gap: 2px; }
  .bar li a { gap: var(--space-1); min-height: 32px; padding: 0 7px; font-size: 13px; }
  .bar li .icon { display: none; }
  .about { display: none; }
  .page { padding: var(--space-4) var(--space-3) var(--space-5); }
}
@media (prefers-reduced-motion: no-preference) { a, button, .button { transition: background-color 120ms; } }
`;
