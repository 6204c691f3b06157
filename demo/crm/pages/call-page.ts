import type { Call } from '../records.ts';
import { html, type Markup } from './html.ts';
import { icon } from './icons.ts';
import type { Page } from './layout.ts';
import { avatar, badge, contactLink, fullName, nothing, player, phoneLink } from './parts.ts';
import type { View } from './view.ts';
import { exactly, fileSize, longDuration } from './words.ts';

/** One call: who, when, how long, the note and the recording. What `activity_url` opens. */
export function callPage(view: View): Page | undefined {
  const { crm, id } = view;
  const call = crm.call(id);
  if (call === undefined) return undefined;
  const contact = crm.contact(call.contact_id);
  const subject = call.subject === '' ? `Call ${call.id}` : call.subject;
  const isOut = call.direction === 'outbound';
  const content = html` <p class="crumb"><a href="/calls">Calls</a></p>
    <div data-live="call">
      <div class="head">
        <span
          class="avatar large direction-mark ${call.status === 'missed' ? 'missed' : ''}"
          aria-hidden="true"
          >${icon(call.status === 'missed' && !isOut ? 'missed' : isOut ? 'outbound' : 'inbound')}</span
        >
        <div>
          <h1>${subject}</h1>
          <p>${badge(call)} <span class="quiet">${sentence(call)}</span></p>
        </div>
      </div>
      <div class="columns">
        <section aria-labelledby="told">
          <h2 id="told">Note</h2>
          ${call.note === '' ? nothing('No note.') : html`<p class="panel note-text">${call.note}</p>`}
          <h2>Recording</h2>
          ${recording(call)}
          <h2>Course</h2>
          ${course(call, view)}
        </section>
        <section aria-labelledby="who">
          <h2 id="who">${isOut ? 'Called' : 'Caller'}</h2>
          ${
            contact === undefined
              ? html`<div class="panel card">
                  ${avatar('')}<span class="grow"
                    >${call.phone === '' ? 'No number' : phoneLink(call.phone)}<span class="under"
                      >Nobody of the contacts</span
                    ></span
                  >
                </div>`
              : html`<div class="panel card">
                  ${avatar(fullName(contact))}<span class="grow"
                    >${contactLink(contact)}<span class="under">${contact.company}</span></span
                  >
                </div>`
          }
          <dl class="facts">
            <div>
              <dt>Number</dt>
              <dd>${call.phone === '' ? 'none' : phoneLink(call.phone)}</dd>
            </div>
            <div>
              <dt>Owner</dt>
              <dd>${crm.user(call.user_id)?.name ?? 'Nobody'}</dd>
            </div>
            <div>
              <dt>Direction</dt>
              <dd>${isOut ? 'Outgoing' : 'Incoming'}</dd>
            </div>
            <div>
              <dt>Length</dt>
              <dd>${call.duration > 0 ? longDuration(call.duration) : 'none'}</dd>
            </div>
            <div>
              <dt>Call</dt>
              <dd class="number">${call.id}</dd>
            </div>
            ${
              call.key === ''
                ? undefined
                : html`<div>
                    <dt>Key</dt>
                    <dd class="number">${call.key}</dd>
                  </div>`
            }
          </dl>
        </section>
      </div>
    </div>`;
  return { title: subject, place: '/calls', content };
}

function sentence({ status, direction, duration }: Call): string {
  if (status === 'ringing') return direction === 'outbound' ? 'It rings there.' : 'It rings here.';
  if (status === 'in call') return 'They are speaking.';
  if (status === 'missed') return 'Nobody answered.';
  return duration > 0 ? `They spoke for ${longDuration(duration)}.` : 'It is over.';
}

function recording(call: Call): Markup {
  const sound = player(call, 'metadata');
  if (sound === undefined) return nothing('No recording.');
  if (call.recording === null) return html`<p class="panel">${sound}</p>`;
  const { filename, size } = call.recording;
  return html`<div class="panel">
    ${sound}
    <p class="quiet file">
      ${filename}, ${fileSize(size)} ·
      <a href="/recordings/${encodeURIComponent(call.id)}?download">Download</a>
    </p>
  </div>`;
}

function course({ started_at, answered_at, ended_at, status }: Call, { here }: View): Markup {
  const steps = [
    ['It rang', exactly(started_at, here)],
    ['Somebody answered', exactly(answered_at, here)],
    [status === 'missed' ? 'It stopped ringing' : 'It ended', exactly(ended_at, here)],
  ] as const;
  return html`<ol class="course">
    ${steps.map(([words, at]) => at && html`<li>${words}<span class="quiet">${at}</span></li>`)}
  </ol>`;
}
