/** The parts that pages are made of: tables, badges, avatars, lists, forms. */
export const PARTS = `
.table { overflow-x: auto; border: 1px solid var(--line); border-radius: var(--radius); }
table { width: 100%; border-collapse: collapse; font-size: 13px; line-height: 18px; }
th { text-align: left; font-weight: 600; color: var(--muted); background: var(--panel); padding: var(--space-2) var(--space-3); white-space: nowrap; }
td { border-top: 1px solid var(--line); padding: var(--space-2) var(--space-3); vertical-align: middle; }
tbody tr:hover { background: var(--panel); }
.figure { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.time { white-space: nowrap; font-variant-numeric: tabular-nums; }
td.grow { width: 100%; max-width: 0; min-width: 120px; }
h1 + .table, h1 + [data-live] { margin-top: var(--space-3); }
td.nowrap { white-space: nowrap; }
td.who { min-width: 120px; white-space: nowrap; }
.grow { flex: 1; min-width: 0; }
.under { display: block; color: var(--muted); font-size: 12px; line-height: 16px; }
.row-line { display: block; line-height: 24px; white-space: nowrap; }
.under a { line-height: 24px; }
a.number { text-decoration: none; white-space: nowrap; }
a.number:hover { text-decoration: underline; }
.note-line { white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
.narrow { display: none; }
.person { display: flex; align-items: center; gap: var(--space-3); }
.avatar { display: inline-grid; place-items: center; flex: none; width: 32px; height: 32px; border-radius: 50%; font-size: 12px; font-weight: 600; letter-spacing: 0.02em; }
.avatar.large { width: 56px; height: 56px; font-size: 20px; }
.hue-0 { background: var(--accent-tint); color: var(--accent); }
.hue-1 { background: var(--live-tint); color: var(--live); }
.hue-2 { background: var(--wait-tint); color: var(--wait); }
.hue-3 { background: var(--violet-tint); color: var(--violet); }
.hue-4 { background: var(--done-tint); color: var(--done); }
.hue-5 { background: var(--bad-tint); color: var(--bad); }
.direction { color: var(--muted); margin-right: var(--space-2); }
.direction.missed { color: var(--bad); }
.direction-mark { background: var(--accent-tint); color: var(--accent); }
.direction-mark.missed { background: var(--bad-tint); color: var(--bad); }
.direction-mark .icon { width: 26px; height: 26px; }
.mark { color: var(--muted); }
.badge { display: inline-block; border-radius: 99px; padding: 0 8px; font-size: 12px; line-height: 20px; white-space: nowrap; font-weight: 400; background: var(--sunk); color: var(--muted); }
.badge.answered { background: var(--done-tint); color: var(--done); }
.badge.ringing, .badge.in-call { background: var(--live-tint); color: var(--live); }
.badge.missed { background: var(--bad-tint); color: var(--bad); }
.badge.warned { background: var(--wait-tint); color: var(--wait); }
.figures { display: grid; grid-template-columns: repeat(4, minmax(0, 1fr)); gap: var(--space-3); margin-top: var(--space-4); }
.figures div { display: flex; flex-direction: column-reverse; background: var(--panel); border: 1px solid var(--line); border-radius: var(--radius); padding: var(--space-3) var(--space-4); }
.figures dt { color: var(--muted); font-size: 13px; }
.figures dd { font-size: 22px; line-height: 28px; font-weight: 600; font-variant-numeric: tabular-nums; }
.columns { display: grid; grid-template-columns: minmax(0, 1fr) 270px; gap: 0 var(--space-5); align-items: start; }
.columns.aside-first { grid-template-columns: 300px minmax(0, 1fr); }
.after { margin-top: var(--space-2); }
.head { display: flex; align-items: center; gap: var(--space-4); }
.crumb { margin-bottom: var(--space-2); font-size: 13px; }
.panel { background: var(--panel); border: 1px solid var(--line); border-radius: var(--radius); padding: var(--space-3) var(--space-4); }
.card, .list li { display: flex; align-items: center; gap: var(--space-3); }
.list li { padding: var(--space-2) 0; border-top: 1px solid var(--line); }
.list li:first-child { border-top: 0; }
.facts div { display: grid; grid-template-columns: 110px minmax(0, 1fr); gap: var(--space-2); padding: 6px 0; border-top: 1px solid var(--line); }
.facts div:first-child { border-top: 0; }
.facts dt { color: var(--muted); display: flex; gap: var(--space-2); align-items: center; }
.facts dd { min-width: 0; overflow-wrap: anywhere; }
.timeline h3 { color: var(--muted); font-size: 12px; line-height: 16px; margin: var(--space-4) 0 var(--space-1); }
.timeline h3:first-child { margin-top: 0; }
.timeline p { line-height: 24px; }
.timeline li { display: flex; gap: var(--space-1); padding: var(--space-3) 0; border-top: 1px solid var(--line); }
.note { white-space: pre-line; border-left: 3px solid var(--line); padding-left: var(--space-3); margin-top: var(--space-1); max-width: 70ch; }
.note-text { white-space: pre-line; }
.card + .facts { margin-top: var(--space-2); }
.course { border-left: 2px solid var(--line); margin-left: var(--space-2); }
.course li { position: relative; display: flex; flex-wrap: wrap; gap: 0 var(--space-3); padding: var(--space-1) 0 var(--space-1) var(--space-4); }
.course li::before { content: ''; position: absolute; left: -5px; top: 10px; width: 8px; height: 8px; border-radius: 50%; background: var(--control); }
.empty { color: var(--muted); background: var(--panel); border: 1px dashed var(--line); border-radius: var(--radius); padding: var(--space-4); text-align: center; }
audio { display: block; width: 100%; max-width: 480px; height: 40px; margin-top: var(--space-2); }
.panel > audio { margin-top: 0; }
.file { margin-top: var(--space-2); font-size: 13px; }
.attention { display: flex; gap: var(--space-2); background: var(--wait-tint); color: var(--wait); border-radius: var(--radius); padding: var(--space-2) var(--space-3); margin-bottom: var(--space-4); }
.attention a { color: inherit; }
.pager { display: flex; align-items: center; justify-content: space-between; gap: var(--space-3); margin-top: var(--space-3); }
`;
