// @ts-check
// Every text that arrived is hostile: it enters the page through textContent only.
import { make } from './make.js';
import { drawRichContent } from './rich-content.js';

const providers = {
  apns: { name: 'iPhone · APNs', icon: '📱' },
  fcm: { name: 'Android · FCM', icon: '🤖' },
  web_push: { name: 'Browser · Web Push', icon: '🌐' },
  smtp: { name: 'Mailbox · SMTP', icon: '✉️' },
  twilio: { name: 'Number · Twilio', icon: '💬' },
  twilio_voice: { name: 'Call · Twilio', icon: '📞' },
  webhook: { name: 'Webhook', icon: '🪝' },
};
const numbers = ['rate', 'times', 'latencyMs', 'retryAfterS', 'status'];
const maxCards = 60;
const maxPerCard = 20;
const maxKept = 2000;

/** @type {any[]} newest first */
let entries = [];
let counts = {};
let chosen = '';
let freshFrom = Number.POSITIVE_INFINITY;
/** Ids whose details are open, which drawing anew must not close. */
const opened = new Set();

const byId = (/** @type {string} */ id) => /** @type {any} */ (document.getElementById(id));

async function call(method, path, body) {
  const response = await fetch(path, {
    method,
    ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error.message);
  return answer;
}

function matches(entry, words) {
  if (chosen && entry.provider !== chosen) return false;
  if (!words) return true;
  return [entry.address, entry.title, entry.body, entry.deliveryId, entry.reason].some((text) =>
    text?.toLowerCase().includes(words),
  );
}

function drawNote(entry) {
  const refused = entry.status < 200 || entry.status > 299;
  const subtitle = entry.raw?.aps?.alert?.subtitle;
  const verdict = refused ? `Refused: ${entry.status || 'cut off'} ${entry.reason ?? ''}` : '';
  const shown = {
    id: entry.id,
    deliveryId: entry.deliveryId,
    status: entry.status,
    data: entry.data,
    headers: entry.headers,
    raw: entry.raw,
  };
  const details = make('details', {}, make('summary', { textContent: 'Details' }));
  details.addEventListener('toggle', () => {
    if (details.open) opened.add(entry.id);
    else opened.delete(entry.id);
    if (details.childElementCount === 1) details.append(make('pre', { textContent: JSON.stringify(shown, null, 2) }));
  });
  details.open = opened.has(entry.id);
  const classes = ['note', refused && 'refused', entry.id >= freshFrom && 'fresh'].filter(Boolean).join(' ');
  return make(
    'li',
    { className: classes },
    make(
      'div',
      { className: 'top' },
      make('span', { className: 'title', textContent: entry.title ?? '' }),
      make('time', { dateTime: entry.at, textContent: new Date(entry.at).toLocaleTimeString() }),
    ),
    subtitle ? make('p', { className: 'subtitle', textContent: String(subtitle) }) : null,
    entry.body ? make('p', { textContent: entry.body }) : null,
    ...(entry.drawn ? drawRichContent(entry.drawn) : []),
    verdict ? make('p', { className: 'verdict', textContent: verdict }) : null,
    entry.provider === 'smtp' && !refused && entry.raw?.html ? drawMail(entry) : null,
    details,
  );
}

/** A mail as its reader sees it, and what may become of it. */
function drawMail(entry) {
  const said = make('output', {});
  const buttons = ['bounce', 'delay', 'complaint'].map((kind) => {
    const button = make('button', { type: 'button', textContent: kind });
    button.addEventListener('click', async () => {
      const { status } = await call('POST', 'api/mail-reports', { id: entry.id, kind }).catch((error) => ({
        status: error.message,
      }));
      said.textContent = status === 204 ? `${kind}: taken` : `${kind}: ${status}`;
    });
    return button;
  });
  const shown = make('details', { className: 'mail' }, make('summary', { textContent: 'As a reader sees it' }));
  shown.addEventListener('toggle', () => {
    if (shown.querySelector('iframe')) return;
    const frame = make('iframe', { src: `mail?id=${entry.id}`, title: 'The mail' });
    frame.setAttribute('sandbox', 'allow-popups');
    shown.append(frame, make('p', { className: 'back' }, 'Send back: ', ...buttons, said));
  });
  return shown;
}

function drawCard(provider, address, notes) {
  const { name, icon } = providers[provider];
  const faultButton = make('button', {
    type: 'button',
    title: 'Switch a fault on for this address',
    textContent: '⚡',
  });
  faultButton.ariaLabel = 'Switch a fault on for this address';
  faultButton.addEventListener('click', () => {
    const form = byId('fault-form');
    form.elements.provider.value = provider;
    form.elements.address.value = address;
    form.elements.kind.focus();
  });
  return make(
    'article',
    { className: 'card' },
    make(
      'header',
      {},
      make('span', { className: 'icon', ariaHidden: 'true', textContent: icon }),
      make(
        'div',
        { className: 'who' },
        make('strong', { textContent: name }),
        make('code', { title: address, textContent: address || '(no address)' }),
      ),
      faultButton,
    ),
    make('ol', {}, ...notes.slice(0, maxPerCard).map(drawNote)),
  );
}

function drawCards() {
  const words = byId('search').value.trim().toLowerCase();
  const cards = new Map();
  for (const entry of entries) {
    if (!matches(entry, words)) continue;
    const key = `${entry.provider} ${entry.address}`;
    if (!cards.has(key)) cards.set(key, []);
    cards.get(key).push(entry);
  }
  const drawn = [...cards.values()].slice(0, maxCards);
  byId('cards').replaceChildren(...drawn.map((notes) => drawCard(notes[0].provider, notes[0].address, notes)));
  byId('empty').hidden = cards.size > 0;
  byId('more').hidden = cards.size <= maxCards;
  byId('more').textContent = `${cards.size - maxCards} more addresses; search to see them.`;
  freshFrom = Number.POSITIVE_INFINITY;
}

function drawCounts() {
  const buttons = Object.entries(providers).map(([provider, { name, icon }]) => {
    const { accepted = 0, rejected = 0 } = counts[provider] ?? {};
    const button = make(
      'button',
      { type: 'button', title: `${name}: ${accepted} accepted, ${rejected} refused` },
      `${icon} ${accepted.toLocaleString()}`,
      rejected ? make('span', { className: 'refused', textContent: `${rejected.toLocaleString()} ✕` }) : null,
    );
    button.ariaPressed = String(chosen === provider);
    button.ariaLabel = `${name}: ${accepted} accepted, ${rejected} refused`;
    button.addEventListener('click', () => {
      chosen = chosen === provider ? '' : provider;
      draw();
    });
    return button;
  });
  const focused = [...byId('counts').children].indexOf(document.activeElement);
  byId('counts').replaceChildren(...buttons);
  if (focused >= 0) buttons[focused].focus();
}

function draw() {
  drawCounts();
  drawCards();
}

let drawing = false;
function drawSoon() {
  if (drawing) return;
  drawing = true;
  requestAnimationFrame(() => {
    drawing = false;
    draw();
  });
}

/** Takes in what arrived, in whatever order answer and stream come. */
function add(arrived) {
  const known = new Set(entries.map(({ id }) => id));
  const unseen = arrived.filter(({ id }) => !known.has(id));
  entries = [...unseen, ...entries].sort((a, b) => b.id - a.id).slice(0, maxKept);
  return unseen;
}

function drawFaults(faults) {
  const items = faults.map((fault) => {
    const { id, provider, kind, address, ...rest } = fault;
    const more = Object.entries(rest).map(([name, value]) => `${name} ${value}`);
    const off = make('button', { type: 'button', textContent: 'Off' });
    off.addEventListener('click', async () =>
      drawFaults(await call('DELETE', `api/faults?id=${encodeURIComponent(id)}`)),
    );
    const text = [providers[provider].name, kind, address ?? 'every address', ...more].join(' · ');
    return make('li', {}, make('span', { textContent: text }), off);
  });
  byId('fault-list').replaceChildren(...items);
}

async function refreshFaults() {
  drawFaults(await call('GET', 'api/faults'));
}

byId('fault-form').addEventListener('submit', async (event) => {
  event.preventDefault();
  const fields = [...new FormData(event.target)].filter(([, value]) => value !== '');
  const fault = Object.fromEntries(
    fields.map(([name, value]) => [name, numbers.includes(name) ? Number(value) : value]),
  );
  byId('fault-error').textContent = '';
  try {
    await call('POST', 'api/faults', fault);
    await refreshFaults();
  } catch (error) {
    byId('fault-error').textContent = error.message;
  }
});
byId('clear').addEventListener('click', async () => {
  await call('DELETE', 'api/messages');
  entries = [];
  counts = {};
  draw();
});
byId('search').addEventListener('input', drawSoon);

const form = byId('fault-form');
form.elements.provider.append(
  ...Object.entries(providers).map(([value, { name }]) => make('option', { value, textContent: name })),
);
call('GET', 'api/fault-kinds').then((/** @type {string[]} */ kinds) => {
  form.elements.kind.append(
    ...kinds.map((value) => make('option', { value, textContent: value.replaceAll('_', ' ') })),
  );
});

const stream = new EventSource('api/stream');
stream.addEventListener('open', async () => {
  byId('connection').textContent = 'live';
  byId('connection').classList.add('live');
  // A sandbox that was restarted counts from the start again.
  entries = [];
  add(await call('GET', 'api/messages?limit=500'));
  await refreshFaults();
  drawSoon();
});
stream.addEventListener('error', () => {
  byId('connection').textContent = 'not connected';
  byId('connection').classList.remove('live');
});
stream.addEventListener('entries', (event) => {
  freshFrom = Math.min(freshFrom, ...add(JSON.parse(event.data)).map(({ id }) => id));
  drawSoon();
});
stream.addEventListener('counts', (event) => {
  counts = JSON.parse(event.data);
  drawCounts();
});
// Faults that are used up vanish by themselves.
setInterval(() => {
  if (byId('fault-list').childElementCount > 0) void refreshFaults();
}, 2000);
