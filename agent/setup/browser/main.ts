import { button, el, keyboard, mark } from './parts.ts';
import { say, type Language, type Word } from './words.ts';
import type { SetupView } from '../server.ts';
import type { SetupStep, ShownRefusal } from '../setup-desk.ts';

const EVERY_MS = 1000;
const STEPS: readonly SetupStep[] = ['network', 'service', 'proof', 'enrolled'];
const DOMAIN_KEYS = 'abcdefghijklmnopqrstuvwxyz0123456789';
const CODE_KEYS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ-';

const token = document.querySelector('meta[name=page-token]')?.getAttribute('content') ?? '';
const place = (id: string): HTMLElement => document.getElementById(id) ?? document.body;

let language: Language = navigator.language.toLowerCase().startsWith('fr') ? 'fr' : 'en';
let view: SetupView | null = null;
let reachable = true;
/** Typed text survives every change of view. */
let domain = '';
let code = '';
/** The person went back from a refusal to the input fields. */
let typing = false;
let drawn = '';

const t = (word: Word, values?: Record<string, string>): string => say(language, word, values);

async function call(path: string, sent?: object): Promise<SetupView | null> {
  const init = sent === undefined ? {} : { method: 'POST', body: JSON.stringify(sent) };
  const answer = await fetch(path, { ...init, headers: { 'x-rollcall-page': token, 'content-type': 'application/json' } });
  return answer.ok ? ((await answer.json()) as SetupView) : null;
}

function enroll(): void {
  typing = false;
  const typed = code === '' ? { domain } : { domain, pairingCode: code };
  void look(typed);
}

function head(title: string, lead: string): void {
  place('head').replaceChildren(el('h1', {}, title), el('p', {}, lead));
  document.title = title;
}

function field(about: {
  label: string;
  value: string;
  keys: string;
  most: number;
  typed: (text: string) => void;
  before?: HTMLElement;
  /** The permitted input, and the hint shown for anything else. */
  only?: { pattern: RegExp; says: string };
}): HTMLElement[] {
  const input = document.createElement('input');
  const attributes = {
    type: 'text',
    value: about.value,
    maxlength: String(about.most),
    autocomplete: 'off',
    autocapitalize: 'off',
    spellcheck: 'false',
    inputmode: 'none',
  };
  for (const [name, value] of Object.entries(attributes)) input.setAttribute(name, value);
  const go = button(t('next'), enroll, { class: 'main' }) as HTMLButtonElement;
  const hint = el('p', { class: 'hint', role: 'status' });
  const changed = (): void => {
    about.typed(input.value);
    const fits = about.only?.pattern.test(input.value.trim()) ?? true;
    hint.textContent = fits ? '' : (about.only?.says ?? '');
    go.disabled = input.value.trim() === '' || !fits || view?.network === false;
  };
  input.addEventListener('input', changed);
  input.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && !go.disabled) enroll();
  });
  changed();
  queueMicrotask(() => input.focus());
  return [
    el('div', { class: 'field' }, about.before ?? null, el('label', {}, about.label, input), go),
    ...(about.only === undefined ? [] : [hint]),
    keyboard(input, about.keys, t('erase')),
  ];
}

function askDomain(): HTMLElement[] {
  head(t('title'), view?.network === false ? t('noNetwork') : t('lead'));
  const typed = (text: string): void => {
    domain = text.trim().toLowerCase();
  };
  const only = { pattern: /^[a-z0-9]*$/i, says: t('onlyThese') };
  return field({ label: t('domain'), value: domain, keys: DOMAIN_KEYS, most: 32, typed, only });
}

function problem(
  sentence: string,
  next: string | null,
  about: Pick<ShownRefusal, 'code' | 'detail' | 'correlationId'>,
): HTMLElement {
  const id = about.correlationId === null ? [] : [`${t('id')} ${about.correlationId}`];
  const reference = [about.code, ...(about.detail === null ? [] : [about.detail]), ...id].join(' · ');
  const lines = [
    el('p', {}, el('strong', {}, sentence)),
    next === null ? null : el('p', {}, next),
    el('p', { class: 'code' }, reference),
  ];
  return el('div', { class: 'problem', role: 'alert' }, ...lines);
}

/** Shows a refusal, in the page's own words where it can say more than the code does. */
function refusalBox(refusal: ShownRefusal): HTMLElement {
  const { message, next } = refusal.words[language];
  if (refusal.code === 'unreachable' && view?.network === false) return problem(t('noNetwork'), null, refusal);
  if (refusal.unreachable !== null) return problem(t('unreachable', { where: refusal.unreachable }), null, refusal);
  if (refusal.code === 'busy' && refusal.retryAfterS !== null)
    return problem(t('busy', { seconds: String(refusal.retryAfterS) }), null, refusal);
  return problem(message, next, refusal);
}

function back(): HTMLElement {
  return button(t('back'), () => {
    typing = true;
    code = '';
    draw();
  });
}

function refused(refusal: ShownRefusal): HTMLElement[] {
  if (refusal.code === 'pairing-code-required' || refusal.code === 'pairing-code-wrong') {
    head(t('pairing'), t('pairingLead'));
    const wrong = refusal.code === 'pairing-code-wrong' ? [refusalBox(refusal)] : [];
    const typed = (text: string): void => {
      code = text.trim();
    };
    return [...wrong, ...field({ label: t('pairing'), value: code, keys: CODE_KEYS, most: 16, typed, before: back() })];
  }
  head(t('refused'), domain);
  return [refusalBox(refusal), el('div', { class: 'field' }, back(), button(t('again'), enroll, { class: 'main' }))];
}

function steps(now: SetupStep): HTMLElement {
  const at = STEPS.indexOf(now);
  return el(
    'ol',
    { class: 'steps' },
    ...STEPS.map((step, index) => {
      const state = index < at ? 'done' : index === at ? 'now' : 'ahead';
      return el('li', { 'data-state': state, ...(state === 'now' ? { 'aria-current': 'step' } : {}) }, mark(state), t(step));
    }),
  );
}

function creditsLine(credits: { granted: number; reason: string } | null): string {
  if (credits === null) return '';
  if (credits.reason === 'granted') return t('granted', { credits: credits.granted.toLocaleString(language) });
  if (credits.reason === 'product-key') return t('productKey');
  return credits.reason === 'held' ? t('held') : t('noCredits');
}

/** Why there is no link, if the display is enrolled or waiting. */
function trouble(): HTMLElement | null {
  if (view === null || view.trouble === null || view.connected) return null;
  const { words, ...about } = view.trouble;
  return problem(words[language].message, words[language].next, { ...about, detail: about.detail || null, correlationId: null });
}

function statusLine(): string {
  if (view === null) return '';
  const at = view.lastHeartbeatAt;
  const heard = at === null ? t('noHeartbeat') : t('lastHeartbeat', { time: new Date(at).toLocaleTimeString(language) });
  return `${view.connected ? t('connected') : t('notConnected')} · ${heard}`;
}

function body(): HTMLElement[] {
  if (!reachable) {
    head('Rollcall', t('stopped'));
    return [];
  }
  if (view === null) return [];
  const { phase } = view;
  if (phase.is === 'working') {
    head(t('title'), t('working', { domain: phase.domain }));
    return [steps(phase.step)];
  }
  if (phase.is === 'enrolled') {
    head(phase.organization, phase.domain);
    return [
      el('p', { class: 'good' }, t('enrolledIn', { domain: phase.domain }), el('br'), creditsLine(phase.credits)),
      el('p', {}, statusLine()),
      ...[trouble()].filter((box) => box !== null),
    ];
  }
  if (phase.is === 'refused' && !typing) return refused(phase.refusal);
  if (phase.is === 'waiting' && !typing) {
    head(t('waiting', { domain: phase.domain }), phase.words[language].next);
    const image =
      phase.qr === null
        ? null
        : el('img', { class: 'qr', alt: t('scan'), src: `data:image/svg+xml,${encodeURIComponent(phase.qr)}` });
    const text = el(
      'div',
      {},
      el('p', {}, t('checkCode')),
      el('p', { class: 'check' }, phase.checkCode),
      image === null ? null : el('p', {}, t('scan')),
    );
    return [
      ...[trouble()].filter((box) => box !== null),
      el('div', { class: 'beside' }, text, image),
      button(t('other'), () => {
        typing = true;
        draw();
      }),
    ];
  }
  return askDomain();
}

function foot(): void {
  const choose = (one: Language) =>
    button(
      one.toUpperCase(),
      () => {
        language = one;
        draw();
      },
      { 'aria-pressed': String(language === one), lang: one },
    );
  const facts = view === null ? '' : `${t('serial')} ${view.serial} · ${view.network ? t('networkUp') : t('networkDown')}`;
  place('foot').replaceChildren(el('span', {}, facts), el('span', { class: 'languages' }, choose('en'), choose('fr')));
}

/** Redraws only if something changed: a field in use must not lose its text. */
function draw(): void {
  const next = JSON.stringify([view, language, typing, reachable]);
  if (next === drawn) return;
  drawn = next;
  document.documentElement.lang = language;
  place('page').replaceChildren(...body());
  foot();
  place('said').textContent = view !== null && view.phase.is !== 'asking' ? document.title : '';
}

/** Fetches the current view, or submits what was typed. */
async function look(typed?: object): Promise<void> {
  try {
    const next = await (typed === undefined ? call('/api/view') : call('/api/enroll', typed));
    // A restarted agent has another token; a second press while an attempt runs is ignored.
    if (next === null) return typed === undefined ? window.location.reload() : undefined;
    reachable = true;
    if (next.phase.is === 'working' || next.phase.is === 'enrolled') typing = false;
    view = next;
  } catch {
    reachable = false;
  }
  draw();
}

void look();
setInterval(() => void look(), EVERY_MS);
