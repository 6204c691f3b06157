/** The page's style: the system's fonts, and its light or dark colours. */
export const PAGE_CSS = `
:root {
  color-scheme: light dark;
  --ground: light-dark(#f5f6f8, #14161a);
  --card: light-dark(#ffffff, #1d2026);
  --line: light-dark(#e1e4ea, #30353e);
  --text: light-dark(#1b1f27, #e8eaee);
  --quiet: light-dark(#5c6573, #9aa3b2);
  --accent: light-dark(#2456c7, #8fb1ff);
  --live: light-dark(#0d6e3f, #5fd39b);
}
* { box-sizing: border-box; margin: 0; padding: 0; }
body { background: var(--ground); color: var(--text); font: 15px/1.5 system-ui, sans-serif; }
header, main { max-width: 64rem; margin: 0 auto; padding: 1.5rem; }
header { padding-bottom: 0; }
h1 { font-size: 1.5rem; }
h2 { font-size: 1rem; margin-bottom: 0.5rem; }
h2 span, header p, .quiet { color: var(--quiet); font-weight: normal; }
main { display: grid; gap: 1.5rem; grid-template-columns: 3fr 2fr; align-items: start; }
ol, ul { list-style: none; background: var(--card); border: 1px solid var(--line); border-radius: 10px; }
li { padding: 0.75rem 1rem; overflow-wrap: anywhere; }
li + li { border-top: 1px solid var(--line); }
li:target { outline: 2px solid var(--accent); outline-offset: -2px; border-radius: 10px; }
.quiet { font-size: 0.875rem; }
.empty { color: var(--quiet); padding: 2rem 1rem; text-align: center; }
.note { white-space: pre-line; border-left: 3px solid var(--line); padding-left: 0.75rem; margin-top: 0.25rem; }
.badge { font-size: 0.75rem; border: 1px solid var(--line); border-radius: 99px; padding: 0.1rem 0.6rem; color: var(--quiet); }
.badge.ringing, .badge.answered { color: var(--live); border-color: var(--live); }
a { color: var(--accent); }
audio { display: block; width: 100%; height: 2.25rem; margin-top: 0.5rem; }
@media (max-width: 44rem) { main { grid-template-columns: 1fr; } }
`;

/** Asks for the changing part every two seconds while the page is seen, and replaces it when it differs. */
export const PAGE_JS = `
const main = document.querySelector('main');
let shown = '';
async function refresh() {
  const playing = [...document.querySelectorAll('audio')].some((audio) => !audio.paused);
  if (document.hidden || playing) return;
  const answer = await fetch('/main').catch(() => undefined);
  if (answer === undefined || !answer.ok) return;
  const text = await answer.text();
  if (text !== shown) main.innerHTML = text;
  shown = text;
}
setInterval(refresh, 2000);
document.addEventListener('visibilitychange', refresh);
`;
