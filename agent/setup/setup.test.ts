import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { beforeEach, describe, expect, test } from 'vitest';
import { Place } from '../support/agent-process.ts';
import { FakeService, pending, rejected } from '../support/fake-service.ts';
import type { SetupView } from './server.ts';
import { refusalOf } from './setup-desk.ts';

let service: FakeService;
let place: Place;

beforeEach(async () => {
  service = await FakeService.start();
  place = new Place({ ROLLCALL_URL: service.url, ROLLCALL_SETUP_PORT: '0' });
});

/** The agent with its page, and a browser's way to it. */
async function started(environment: Record<string, string> = {}) {
  const agent = place.start(['run', '--json'], environment);
  const url = String((await agent.event('setup-page'))['url']);
  const html = await (await fetch(url)).text();
  const token = /name="page-token" content="([^"]+)"/.exec(html)?.[1] ?? '';
  const ask = (path: string, { headers, ...init }: Omit<RequestInit, 'headers'> & { headers?: Record<string, string> } = {}) =>
    fetch(new URL(path, url), { ...init, headers: { 'x-rollcall-page': token, ...headers } });
  const view = async (): Promise<SetupView> => (await (await ask('/api/view')).json()) as SetupView;
  const enroll = (typed: object) => ask('/api/enroll', { method: 'POST', body: JSON.stringify(typed) });
  const until = async (is: SetupView['phase']['is']): Promise<SetupView> => {
    for (;;) {
      const now = await view();
      if (now.phase.is === is) return now;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  return { agent, url, token, ask, view, enroll, until };
}

describe('the setup page', () => {
  test('an installer enrols there; then it shows the status only and takes no other domain', async () => {
    const page = await started();
    expect((await page.view()).phase).toEqual({ is: 'asking' });
    expect((await page.enroll({ domain: ' School1 ' })).status).toBe(202);
    const { phase } = await page.until('enrolled');
    expect(phase).toMatchObject({ domain: 'school1', credits: { reason: 'granted' } });
    await page.agent.event('connected');
    expect((await page.enroll({ domain: 'other' })).status).toBe(409);
    expect(place.state().enrolment?.domain).toBe('school1');
  });

  test('[E11] a refusal is shown in both languages with its code and id; a second try with the pairing code goes through', async () => {
    service.behaviour.onProof = (request) =>
      rejected(request.pairingCode === undefined ? 'pairing-code-required' : 'pairing-code-wrong')(request);
    const page = await started();
    await page.enroll({ domain: 'school1' });
    const { phase } = await page.until('refused');
    if (phase.is !== 'refused') throw new Error('not refused');
    expect(phase.refusal).toMatchObject({ code: 'pairing-code-required', correlationId: expect.any(String) });
    expect([phase.refusal.words.en.message, phase.refusal.words.fr.next]).toEqual([
      'This domain requires a pairing code.',
      'Demandez le code de jumelage à votre administrateur et saisissez-le.',
    ]);
    service.behaviour.onProof = 'accept';
    await page.enroll({ domain: 'school1', pairingCode: 'ABCD-EFGH' });
    await page.until('enrolled');
    expect(JSON.stringify(place.state())).not.toContain('ABCD');
    expect(page.agent.stderr).not.toContain('ABCD-EFGH');
  });

  test('[E6] who waits sees the check code and a way to the approval, and may correct the domain', async () => {
    service.behaviour.onProof = pending('awaiting-approval', 1);
    const page = await started();
    await page.enroll({ domain: 'mistyped' });
    const { phase } = await page.until('waiting');
    expect(phase).toMatchObject({ domain: 'mistyped', code: 'awaiting-approval' });
    if (phase.is !== 'waiting') throw new Error('not waiting');
    expect(phase.checkCode).toMatch(/^[B-Z]{4}-[B-Z]{4}$/);
    expect(phase.qr).toContain('<svg');
    service.behaviour.onProof = 'accept';
    await page.enroll({ domain: 'school1' });
    expect((await page.until('enrolled')).phase).toMatchObject({ domain: 'school1' });
  });

  test('[E9] unenrolled, the display asks again on its page instead of ending', async () => {
    const page = await started();
    await page.enroll({ domain: 'school1' });
    await page.agent.event('connected');
    service.behaviour.letIn = false;
    service.behaviour.onProof = rejected('unenrolled');
    await service.pause();
    await service.unpause();
    expect((await page.until('refused')).phase).toMatchObject({ refusal: { code: 'unenrolled' } });
    service.behaviour.letIn = true;
    service.behaviour.onProof = 'accept';
    await page.enroll({ domain: 'school2' });
    expect((await page.until('enrolled')).phase).toMatchObject({ domain: 'school2' });
  });

  test('[E11] what answers in the service’s place is shown by its code and as what it is, before the enrolment and after', async () => {
    const portal = createServer((_request, response) => void response.writeHead(511, { 'content-type': 'text/html' }).end('<p>'));
    portal.listen(0, '127.0.0.1');
    await once(portal, 'listening');
    const behind = { ROLLCALL_URL: `http://127.0.0.1:${(portal.address() as AddressInfo).port}` };
    const page = await started(behind);
    await page.enroll({ domain: 'school1' });
    expect((await page.until('refused')).phase).toMatchObject({
      refusal: {
        code: 'network-sign-in',
        detail: expect.stringContaining('answered 511 with a page') as string,
        unreachable: null,
      },
    });
    page.agent.kill('SIGTERM');
    await page.agent.exit();
    expect((await place.run(['enroll', '--domain', 'school1'])).code).toBe(0);
    await service.pause();
    const later = await started(behind);
    await later.agent.event('discovery-failed');
    await later.agent.event('link-lost', later.agent.log.all.length);
    expect((await later.view()).trouble).toMatchObject({
      code: 'network-sign-in',
      words: { fr: { next: expect.any(String) as string } },
    });
    const { json } = await place.run(['status']);
    expect(json).toMatchObject({
      connected: false,
      trouble: { code: 'network-sign-in', next: expect.stringMatching(/^Sign in/) as string },
    });
    await service.unpause();
    await later.agent.event('connected');
    expect((await later.view()).trouble).toBeNull();
    expect((await place.run(['status'])).json).not.toHaveProperty('trouble');
    portal.close();
  });

  test('a service that is away is named with its host and port', () => {
    const away = { kind: 'temporary', code: 'unreachable', detail: 'timed out' } as const;
    expect(refusalOf(away, 'rollcall.example:8883')).toMatchObject({ code: 'unreachable', unreachable: 'rollcall.example:8883' });
    // Nothing listens there: no firewall is asked to allow anything.
    const refused = { kind: 'temporary', code: 'connection-refused', detail: 'ECONNREFUSED' } as const;
    expect(refusalOf(refused, 'rollcall.example:8883')).toMatchObject({ unreachable: null, detail: 'ECONNREFUSED' });
    const busy = { kind: 'temporary', code: 'busy', detail: 'busy', retryAfterS: 20, correlationId: 'A' } as const;
    expect(refusalOf(busy, 'rollcall.example:8883')).toMatchObject({ unreachable: null, retryAfterS: 20, correlationId: 'A' });
  });

  test('only the browser of this display may use it: host, origin and token are checked, and sizes limited', async () => {
    const page = await started();
    expect((await page.ask('/api/view', { headers: { 'x-rollcall-page': 'x'.repeat(43) } })).status).toBe(403);
    expect((await page.ask('/api/view', { headers: { 'x-rollcall-page': '' } })).status).toBe(403);
    expect((await page.ask('/api/view', { headers: { origin: 'https://evil.example' } })).status).toBe(403);
    const { get } = await import('node:http');
    const rebound = await new Promise<number>((resolve) => {
      get(page.url, { headers: { host: 'evil.example' } }, (response) => resolve(response.resume().statusCode ?? 0));
    });
    expect(rebound).toBe(403);
    expect((await page.enroll({ domain: '' })).status).toBe(400);
    expect((await page.enroll({ domain: 'x'.repeat(4000) })).status).toBe(400);
    expect((await page.ask('/../state.json')).status).toBe(404);
    const first = await fetch(page.url);
    expect(first.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(first.headers.get('cache-control')).toBe('no-store');
  });
});
