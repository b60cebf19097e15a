import { createOTP } from '@better-auth/utils/otp';
import { base32 } from '@better-auth/utils/base32';
import { vi } from 'vitest';
import { PASSWORD, type Harness, type TestDomain } from './harness.ts';
import { Visitor, type Answered } from './visitor.ts';

const STEP_MS = 30_000;

interface Sessions {
  domain: TestDomain;
  others: string[];
}

interface Factor extends Sessions {
  secret: string;
  recoveryCodes: string[];
}

/** What a person does with their own sign-in: sessions, password, second factor. */
export class OwnAccess {
  readonly visitor: Visitor;
  private readonly harness: Harness;

  constructor(harness: Harness, visitor: Visitor) {
    this.harness = harness;
    this.visitor = visitor;
  }

  readonly signIn = async (user: string, password = PASSWORD, more: object = {}): Promise<Answered> =>
    this.visitor.call('POST', '/session', { user, password, ...more });

  /** Whether the session is still there. */
  readonly isIn = async (cookie: string): Promise<boolean> =>
    (await this.visitor.call('GET', '/session', undefined, { cookie })).status === 200;

  readonly post = async (cookie: string, url: string, body: object): Promise<Answered> =>
    this.visitor.call('POST', url, body, { cookie });

  /** A domain whose admin has three sessions. */
  async threeSessions(name: string): Promise<Sessions> {
    const domain = await this.harness.domain(name);
    const others = [(await this.signIn(`admin@${name}`)).cookie, (await this.signIn(`admin@${name}`)).cookie];
    return { domain, others };
  }

  /** What an authenticator app would show, `steps` of 30 s from now. */
  async codeOf(secret: string, steps = 0): Promise<string> {
    return createOTP(base32.decode(secret)).hotp(Math.floor(this.harness.now / STEP_MS) + steps);
  }

  /** Turns a second factor on, and waits for the app's next code. */
  async withSecondFactor(name: string): Promise<Factor> {
    const sessions = await this.threeSessions(name);
    const { cookie } = sessions.domain;
    const offered = (await this.post(cookie, '/second-factor', { password: PASSWORD })).json as Omit<Factor, keyof Sessions>;
    await this.post(cookie, '/second-factor/confirm', { code: await this.codeOf(offered.secret) });
    this.harness.now += STEP_MS;
    return { ...sessions, ...offered };
  }

  /** The token of the link that a forgotten password brings. */
  async resetToken({ name }: TestDomain): Promise<string> {
    const recipient = `${name}@example.org`;
    const before = await this.visitor.newestTo(recipient);
    await this.visitor.call('POST', '/password/forgot', { user: `admin@${name}` });
    await vi.waitFor(async () => {
      if ((await this.visitor.newestTo(recipient)) === before) throw new Error(`no mail to ${recipient} yet`);
    });
    return this.visitor.tokenTo(recipient);
  }
}
