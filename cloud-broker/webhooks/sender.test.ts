import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, onTestFinished, test } from 'vitest';
import { privateKeyPem } from '../keys/pem.ts';
import { signCaCertificate, signServerCertificate } from '../keys/x509.ts';
import { Receiver } from '../../test/support/webhook-receiver.ts';
import type { Resolve, ResolvedAddress } from './resolve.ts';
import { Sender, type SenderOptions } from './sender.ts';

const HOST = 'hooks.example.org';
const at = (...addresses: string[]): ResolvedAddress[] =>
  addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));

function sender(options: Partial<SenderOptions> = {}): Sender {
  const one = new Sender({ policy: { allowPrivate: true }, resolve: async () => at('127.0.0.1'), timeoutMs: 5000, ...options });
  onTestFinished(() => one.close());
  return one;
}

const send = async (one: Sender, url: string) => one.send({ url, headers: {}, body: '{}' }, new AbortController().signal);

async function tlsReceiver(host = HOST): Promise<{ receiver: Receiver; ca: string }> {
  const issuer = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const ca = await signCaCertificate(issuer.privateKey, issuer.publicKey, 'Test webhook CA');
  const server = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const cert = await signServerCertificate({ key: issuer.privateKey, certificatePem: ca }, server.publicKey, [host]);
  const receiver = await new Receiver({ key: privateKeyPem(server.privateKey), cert }).start();
  return { receiver, ca };
}

describe('a message to a receiver', () => {
  test('goes over https to the address that was looked at, under the receiver’s own name', async () => {
    const { receiver, ca } = await tlsReceiver();
    const asked: string[] = [];
    const resolve: Resolve = async (host) => {
      asked.push(host);
      return at('127.0.0.1');
    };
    const one = sender({ resolve, ca });
    expect(await send(one, receiver.url(HOST))).toEqual({ status: 204, failure: null });
    expect(await send(one, receiver.url(HOST))).toEqual({ status: 204, failure: null });
    expect(receiver.received[0]?.headers.host).toBe(`${HOST}:${receiver.portNumber}`);
    // The second went over the same connection: its address is the one that was looked at.
    expect(asked).toEqual([HOST]);
  });

  test('does not go where the certificate is another’s or of nobody who is believed', async () => {
    const { receiver, ca } = await tlsReceiver('other.example.org');
    expect(await send(sender({ ca }), receiver.url(HOST))).toEqual({ status: null, failure: 'tls' });
    expect(await send(sender(), receiver.url('other.example.org'))).toEqual({ status: null, failure: 'tls' });
    expect(receiver.received).toEqual([]);
  });

  test.each([
    [['127.0.0.1']],
    [['10.0.0.1']],
    [['169.254.169.254']],
    [['::1']],
    [['::ffff:127.0.0.1']],
    [['0.0.0.0']],
    [['8.8.8.8', '127.0.0.1']],
  ])('does not go to a name that leads to %j', async (addresses) => {
    const resolve: Resolve = async () => at(...addresses);
    const one = sender({ policy: { allowPrivate: false }, resolve });
    expect(await send(one, `https://${HOST}/`)).toEqual({ status: null, failure: 'address' });
  });

  test.each([
    'https://127.0.0.1/',
    'https://[::1]/',
    'https://2130706433/',
    'https://169.254.169.254/',
    'http://hooks.example.org/',
  ])('does not go to %s, which was stored when it was allowed', async (url) => {
    expect(await send(sender({ policy: { allowPrivate: false } }), url)).toEqual({ status: null, failure: 'address' });
  });

  test('looks at the name again with the next connection: one that leads inside by then is refused', async () => {
    const receiver = await new Receiver().start();
    const answers = [at('127.0.0.1'), at('169.254.169.254')];
    const resolve: Resolve = async () => answers.shift() ?? [];
    // A name of the own machine, so that http is allowed; what it leads to is what this test says.
    const url = receiver.url('hooks.localhost');
    expect(await send(sender({ resolve }), url)).toMatchObject({ failure: null });
    expect(await send(sender({ resolve }), url)).toMatchObject({ failure: 'address' });
    expect(await send(sender({ resolve }), url)).toMatchObject({ failure: 'unresolved' });
    expect(receiver.received).toHaveLength(1);
  });

  test('whose name is never answered is a timeout', async () => {
    const one = sender({ resolve: async () => new Promise<never>(() => undefined), timeoutMs: 50 });
    expect(await send(one, `https://${HOST}/`)).toEqual({ status: null, failure: 'timeout' });
  });

  test('over a connection that the receiver had closed goes out once more on a new one', async () => {
    const receiver = await new Receiver().start();
    const one = sender();
    await send(one, receiver.url());
    let dropped = false;
    receiver.answer = (_, response) => {
      if (dropped) response.writeHead(200).end();
      else response.destroy();
      dropped = true;
    };
    expect(await send(one, receiver.url())).toEqual({ status: 200, failure: null });
  });

  test('that is stopped says nothing about the receiver', async () => {
    const receiver = await new Receiver().start();
    receiver.answer = () => undefined;
    const stop = new AbortController();
    const sent = sender().send({ url: receiver.url(), headers: {}, body: '{}' }, stop.signal);
    await receiver.until(1);
    stop.abort();
    await expect(sent).rejects.toThrow();
  });
});
