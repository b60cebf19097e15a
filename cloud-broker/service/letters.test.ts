import { expect, test } from 'vitest';
import { letters } from './letters.ts';
import { typedText } from '../mail/letter.ts';
import { mailBook } from '../mail/mail-kind.ts';
import { renderMail, type RenderedMail } from '../mail/templates.ts';

const HOME = 'https://rollcall.example';
const TOKEN = 'A1b2-C3d4_E5f6';
const KEY = '7Q2M-WX9P-4HJT-0ZKC-5';
const ENDS = Date.UTC(2026, 11, 1, 8, 30);
const OF_DOMAIN = { user: 'ada@springfield', name: 'springfield', organization: 'Springfield Schools' };

const DATA: Record<string, object> = {
  activation: OF_DOMAIN,
  reset: OF_DOMAIN,
  invitation: { ...OF_DOMAIN, invitedBy: 'admin@springfield' },
  'portal-activation': { person: 'Ada L' },
  'portal-reset': { person: 'Ada L' },
  'portal-invitation': { organization: 'Springfield Schools', invitedBy: 'ada@springfield.example' },
  'product-key': { credits: 3650 },
  'trial-ending': { name: 'springfield', days: 7, trialEndsAt: ENDS },
  alert: {
    kind: 'lost',
    name: 'springfield',
    tag: 'North',
    count: 41,
    since: ENDS,
    labels: ['Room 1', 'Room 2'],
    timeZone: 'Europe/Paris',
  },
  'credits-low': { name: 'springfield', days: 7, credits: 1200, devices: 312 },
  'webhook-off': { name: 'springfield', host: 'hooks.example.org', reason: 'failing' },
  'wrong-codes': { user: 'ada@springfield', codes: 10 },
  'domain-closing': { name: 'springfield', closesAt: ENDS, askedBy: 'admin@springfield' },
};
const TEMPLATES = [...letters.keys()];
const LINKS = [...letters.values()].flatMap(({ template, linkPath }) => (linkPath === null ? [] : [{ template, linkPath }]));
const EVERY = TEMPLATES.flatMap((template) => (['en', 'fr'] as const).map((language) => ({ template, language })));

function rendered(template: string, language: 'en' | 'fr', facts: object = {}): RenderedMail {
  const secret = { link: TOKEN, key: KEY, nothing: null }[letters.get(template)?.encloses ?? 'nothing'];
  return renderMail(letters, { template, language, data: { ...DATA[template], ...facts }, secret }, HOME);
}

/** What a reader of the HTML sees, and the addresses that it leads to. */
function seen(html: string): string {
  const links = [...html.matchAll(/href="([^"]*)"/g)].map(([, address]) => address ?? '');
  const body = html.slice(html.indexOf('</h1>')).replaceAll(/<[^>]+>/g, ' ');
  const plain = body.replaceAll('&#39;', "'").replaceAll('&quot;', '"').replaceAll('&lt;', '<').replaceAll('&gt;', '>');
  return `${plain} ${links.join(' ')}`.replaceAll('&amp;', '&');
}

const words = (text: string): Set<string> => new Set(text.split(/\s+/));

test.each(EVERY)(
  '$template in $language: the text says all that the HTML says, which names its language',
  ({ template, language }) => {
    const { subject, text, html } = rendered(template, language);
    expect(subject).not.toBe('');
    expect(html).toContain(`<html lang="${language}">`);
    expect([...words(seen(html))].filter((word) => !words(text).has(word))).toEqual([]);
    expect([...words(text)].filter((word) => !words(seen(html)).has(word) && !/^[1-3]\.$/.test(word))).toEqual([]);
    expect(`${subject}${text}${html}`).not.toMatch(/undefined|null|NaN|\[object/);
  },
);

test.each(EVERY.filter(({ language }) => language === 'fr'))('$template in French has French typography', ({ template }) => {
  const { subject, text } = rendered(template, 'fr');
  expect(`${subject}\n${text}`).not.toMatch(/'/);
  // A space that does not break stands before these, and none of the other kind.
  expect(`${subject}\n${text}`.replaceAll(/https?:\S+/g, '')).not.toMatch(/[^\u00a0][;?!:](?=\s)/);
});

test.each(LINKS)('[D2] $template: its link is the public URL, its page and the token behind #', ({ template, linkPath }) => {
  for (const language of ['en', 'fr'] as const) {
    const { text, html, link, subject } = rendered(template, language);
    expect(link).toBe(`${HOME}${linkPath}#token=${TOKEN}`);
    expect(text).toContain(`\n${link}\n`);
    expect(html).toContain(`href="${link}"`);
    expect(subject).not.toContain(TOKEN);
    expect([...text.matchAll(/https?:\/\/\S+/g)].every(([address]) => address.startsWith(HOME))).toBe(true);
  }
});

test('every kind of mail is tried here, and no two kinds have one name', () => {
  expect(Object.keys(DATA).toSorted()).toEqual(TEMPLATES.toSorted());
  expect(() => mailBook([...letters.values(), ...letters.values()])).toThrow('one name');
});

test('[D2] a mail with a link is not made without its token', () => {
  expect(() => renderMail(letters, { template: 'reset', language: 'en', data: OF_DOMAIN, secret: null }, HOME)).toThrow(
    'needs its secret',
  );
});

test('[K5] the product key stands on a line of its own, with its credits and how to redeem it', () => {
  const { text, subject } = rendered('product-key', 'en');
  expect(subject).toBe('Your product key: 3,650 credits');
  expect(text).toContain(`\n    ${KEY}\n`);
  expect(text).toMatch(/1\. Sign in .*\n2\. .*Billing\.\n3\. .*PIN code number, then click Use\./);
  expect(rendered('product-key', 'fr').text).toMatch(
    /1\. .*\n2\. .*Facturation\.\n3\. .*Numéro du code PIN, puis cliquez sur Utiliser\./,
  );
  expect(rendered('product-key', 'en', { credits: 1 }).text).toContain('worth 1 credit.');
});

test('[D3] the reminder says when the trial ends, in words and as a date', () => {
  expect(rendered('trial-ending', 'en').subject).toBe('The trial of springfield ends in 7 days');
  expect(rendered('trial-ending', 'en', { days: 1 }).subject).toBe('The trial of springfield ends in 1 day');
  expect(rendered('trial-ending', 'en').text).toContain('1 December 2026 at 08:30 UTC');
  expect(rendered('trial-ending', 'fr').subject).toBe('L’évaluation de springfield se termine dans 7 jours');
  expect(rendered('trial-ending', 'fr').text).toContain('1 décembre 2026 à 08:30 UTC');
});

test('[P7] the subject of an alert says it all: who, how many, since when in the domain’s time zone', () => {
  const subject = (facts: object, language: 'en' | 'fr' = 'en') => rendered('alert', language, facts).subject;
  expect(subject({})).toBe('North: 41 displays silent since 09:30');
  expect(subject({ tag: null })).toBe('springfield: 41 displays silent since 09:30');
  expect(subject({ count: 1, labels: ['Room 7'] })).toBe('Room 7 silent since 09:30');
  expect(subject({ kind: 'back', count: 38 })).toBe('North: 38 displays back online');
  expect(subject({}, 'fr')).toBe('North\u00a0: 41 écrans sans signal depuis 09:30');
  expect(subject({ kind: 'key-changed', count: 1, labels: ['SN-1'] })).toBe('SN-1 replaced or cloned?');
  expect(rendered('alert', 'en').text).toContain('Room 1, Room 2, and 39 more');
  expect(rendered('credits-low', 'en', { days: 1 }).subject).toBe('springfield: credits for less than 1 day');
  // A serial is what a stranger's board says of itself.
  const typed = rendered('alert', 'en', { kind: 'waiting', count: 2, labels: ['http://evil.example', 'B\r\nBcc: x'] });
  expect(`${typed.subject}${typed.text}`).not.toMatch(/evil\.example|\nBcc/);
});

test('[A6] what a stranger typed adds neither markup nor a header nor an address to click on', () => {
  const organization = 'Eve <b onclick="x">&\r\nBcc: eve@evil.example\u202e http://evil.example/a\\b.c Ltd.';
  for (const template of ['activation', 'invitation', 'portal-invitation'] as const) {
    const { subject, text, html } = rendered(template, 'en', { organization, person: organization });
    expect(subject).not.toMatch(/[\r\n]/);
    expect(text).not.toMatch(/\nBcc|evil\.example|\u202e/);
    expect(html).not.toMatch(/<b |evil\.example|eve@/);
    expect(html).toContain('Eve &lt;b onclick=&quot;x&quot;&gt;&amp; Bcc');
  }
  expect(typedText('x'.repeat(80))).toBe(`${'x'.repeat(63)}…`);
  expect(typedText('St. Mary, Ltd.')).toBe('St. Mary, Ltd.');
});

test('[A6] names with line ends stay one line, also in the subject', () => {
  const { subject, text } = rendered('domain-closing', 'en', { name: 'spring\r\nBcc: a@b.example', askedBy: 'x\u2028y\u0000z' });
  expect(subject).toMatch(/^The domain spring Bcc: a@b\.example will be closed/);
  expect(text).toContain('x y z has asked to close');
});
