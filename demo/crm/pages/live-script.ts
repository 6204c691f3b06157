/**
 * The pages' only script: asks every two seconds whether the records have changed, and then replaces
 * the parts that are marked as live. A part that plays, is unfolded or has the focus is left alone.
 */
export const LIVE_SCRIPT = `
const body = document.body;
const said = document.getElementById('live');
let shown = body.dataset.state;
async function look() {
  if (document.hidden || shown === undefined) return;
  const answer = await fetch('/changes').catch(() => undefined);
  const now = answer?.ok ? await answer.text() : undefined;
  if (said && now === undefined) {
    said.textContent = 'The demo CRM does not answer. Trying again.';
    return;
  }
  if (now === shown) {
    if (said && said.textContent.startsWith('The demo')) said.textContent = '';
    return;
  }
  const page = await fetch(location.href).catch(() => undefined);
  if (!page?.ok) return;
  const fresh = new DOMParser().parseFromString(await page.text(), 'text/html');
  let replaced = 0;
  for (const part of document.querySelectorAll('[data-live]')) {
    const plays = [...part.querySelectorAll('audio')].some((audio) => !audio.paused);
    const isRead = part.querySelector('details[open]') || part.contains(document.activeElement);
    if (plays || isRead) return;
    const next = fresh.querySelector('[data-live="' + part.dataset.live + '"]');
    if (next && next.outerHTML !== part.outerHTML) {
      part.replaceWith(document.adoptNode(next));
      replaced += 1;
    }
  }
  shown = now;
  if (said && replaced > 0) {
    const time = new Date().toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
    said.textContent = 'Updated at ' + time + '.';
  }
}
setInterval(look, 2000);
document.addEventListener('visibilitychange', look);
`;
