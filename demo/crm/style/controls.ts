/** What people press and fill in, the requests, and the narrow forms. */
export const CONTROLS = `
button, input { font: inherit; color: inherit; }
.button { display: inline-flex; align-items: center; min-height: 32px; padding: 0 var(--space-3); border: 1px solid var(--control); border-radius: var(--radius); background: var(--page); color: var(--text); text-decoration: none; cursor: pointer; white-space: nowrap; }
.button:hover { background: var(--sunk); }
.button.main { background: var(--accent); border-color: var(--accent); color: var(--on-accent); }
.button.main:hover { text-decoration: underline; }
.button.danger { border-color: var(--bad); color: var(--bad); margin-top: var(--space-2); }
.button.off { color: var(--muted); border-color: var(--line); cursor: default; background: none; }
.steps { display: flex; flex-wrap: wrap; gap: var(--space-2); }
input { min-height: 32px; border: 1px solid var(--control); border-radius: var(--radius); background: var(--page); padding: 0 var(--space-2); }
input::placeholder { color: var(--muted); opacity: 1; }
.search { display: flex; gap: var(--space-2); margin: var(--space-3) 0 var(--space-4); max-width: 560px; }
.search input { flex: 1; min-width: 0; }
.chips { display: flex; flex-wrap: wrap; align-items: center; gap: var(--space-2); margin: var(--space-3) 0 var(--space-4); }
.chip { display: inline-block; min-height: 28px; padding: 3px var(--space-3); border: 1px solid var(--line); border-radius: 99px; text-decoration: none; color: var(--text); }
.chip:hover { background: var(--sunk); }
.chip span { color: var(--muted); font-variant-numeric: tabular-nums; }
.chip[aria-current] { background: var(--accent-tint); border-color: var(--accent); color: var(--accent); font-weight: 600; }
.chip[aria-current] span { color: inherit; }
.jump { display: flex; flex-wrap: wrap; gap: var(--space-1) var(--space-4); margin-top: var(--space-2); }
.habits { display: grid; gap: var(--space-2); }
.habit { display: grid; gap: var(--space-2); }
.habit.on { border-color: var(--live); }
.fields { display: flex; flex-wrap: wrap; align-items: end; gap: var(--space-2) var(--space-3); }
.fields label { display: grid; gap: 2px; color: var(--muted); font-size: 12px; line-height: 16px; }
.fields input { color: var(--text); font-size: 14px; }
.fields input[type='number'] { width: 104px; }
.fields input[type='text'] { width: 170px; }
.request { max-width: 100%; overflow-wrap: anywhere; }
.request pre { margin: 2px 0 var(--space-2); }
summary { cursor: pointer; }
.method { font-family: var(--mono); font-size: 12px; font-weight: 600; color: var(--accent); }
.route { margin-bottom: var(--space-3); display: grid; gap: var(--space-2); }
.route p { max-width: 75ch; }
@media (min-width: 1100px) {
  .habit { grid-template-columns: minmax(0, 1fr) auto; align-items: center; gap: var(--space-4); }
}
@media (max-width: 1000px) { .roomy { display: none; } }
@media (max-width: 1280px) { .columns:has(table) { grid-template-columns: minmax(0, 1fr); } }
@media (max-width: 900px) {
  .columns, .columns.aside-first { grid-template-columns: minmax(0, 1fr); }
}
@media (max-width: 640px) {
  .wide { display: none; }
  .narrow { display: block; }
  .figures { grid-template-columns: repeat(2, minmax(0, 1fr)); gap: var(--space-2); }
  td, th { padding: var(--space-2); }
  .avatar.large { width: 44px; height: 44px; font-size: 16px; }
  td .avatar { display: none; }
  .time time { display: inline-block; white-space: normal; max-width: 56px; vertical-align: top; }
  .direction { margin-right: var(--space-1); }
  td.who { max-width: 124px; min-width: 0; white-space: normal; }
  td.who .number { white-space: nowrap; font-size: 13px; }
  input { font-size: 16px; }
  .fields input { font-size: 16px; }
}
@media (pointer: coarse) { .button, input { min-height: 40px; } .bar li a { min-height: 40px; } }
@media print { .bar, .live, .search, .chips, .jump { display: none; } .shell { display: block; } }
`;
