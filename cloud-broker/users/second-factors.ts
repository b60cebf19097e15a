import type { OfferedSecondFactor } from '../../protocol/api-access.ts';
import { RollcallError } from '../../protocol/errors.ts';
import type { CodeVerdict } from './operations/second-factor.ts';
import { secondFactorOf } from './queries/second-factor.ts';
import type { AccessParts } from '../identity/access.ts';
import type { AskedByUser } from './operations/users.ts';
import { demandOwnPassword } from './own-password.ts';
import { appKey, matchingStep, newRecoveryCodes, recoveryCodeTyped, SECRET_BYTES } from './second-factor-codes.ts';

interface CodeTry {
  userId: string;
  domainId: number;
  /** `name@domain`. */
  actor: string;
  address: string;
  code: string;
}

/** D6: the optional second factor, an authenticator app with recovery codes. */
export class SecondFactors {
  private readonly parts: AccessParts;

  constructor(parts: AccessParts) {
    this.parts = parts;
  }

  /** Creates one that a first code must confirm; until then it is not required. Refuses with `password-wrong`, `busy` or `conflict`. */
  async offer(asked: AskedByUser, password: string): Promise<OfferedSecondFactor> {
    const { store, secrets, clock, random } = this.parts;
    await demandOwnPassword(this.parts, asked, password);
    const { actorId: userId } = asked;
    const secret = random(SECRET_BYTES);
    const recoveryCodes = newRecoveryCodes(random);
    await store.write('offerSecondFactor', {
      now: clock(),
      userId,
      sealedSecret: secrets.seal('second factor', userId, Buffer.from(secret).toString('base64url')),
      recoveryHashes: recoveryCodes.map((code) => this.recoveryHash(userId, code) ?? ''),
    });
    return { ...appKey(secret, asked.actor), recoveryCodes };
  }

  /** Turns on the offered factor once a code proves that the app has it. Refuses with `second-factor-wrong`, `busy` or `conflict`. */
  async confirm(asked: AskedByUser, code: string): Promise<void> {
    const { store, limits, clock } = this.parts;
    const now = clock();
    limits.pair(asked.actor, asked.address, now);
    const offered = await secondFactorOf(store.reader, asked.actorId);
    if (offered === null || offered.isOn) throw new RollcallError('conflict', { reason: 'nothing-to-confirm' });
    const step = await matchingStep(this.opened(asked.actorId, offered.secret), code, now);
    demandRight(await store.write('confirmSecondFactor', { ...asked, now, sealedSecret: offered.secret, step }));
  }

  /** Turns it off; does nothing if none is on. Refuses with `password-wrong` or `busy`. */
  async end(asked: AskedByUser, password: string): Promise<void> {
    await demandOwnPassword(this.parts, asked, password);
    await this.parts.store.write('endSecondFactor', { ...asked, now: this.parts.clock() });
  }

  /** Consumes an app or recovery code, each valid once. Refuses with `second-factor-wrong`, or with `busy` after many of them. */
  async take({ code, ...about }: CodeTry): Promise<void> {
    const { store, clock } = this.parts;
    const now = clock();
    const factor = await secondFactorOf(store.reader, about.userId);
    if (factor === null || !factor.isOn) throw new RollcallError('second-factor-wrong');
    const step = await matchingStep(this.opened(about.userId, factor.secret), code, now);
    const hash = this.recoveryHash(about.userId, code);
    demandRight(await store.write('takeSecondFactor', { ...about, now, step, hash }));
  }

  private opened(userId: string, sealed: Uint8Array): Uint8Array {
    return Buffer.from(this.parts.secrets.open('second factor', userId, sealed), 'base64url');
  }

  private recoveryHash(userId: string, typed: string): string | null {
    const code = recoveryCodeTyped(typed);
    return code === null ? null : this.parts.secrets.hash('recovery code', `${userId} ${code}`);
  }
}

/** Refuses with `second-factor-wrong`, or with `busy` while codes are delayed after too many wrong ones (D6). */
function demandRight(verdict: CodeVerdict): void {
  if (verdict === 'right') return;
  throw verdict === 'wrong'
    ? new RollcallError('second-factor-wrong')
    : new RollcallError('busy', { ...verdict, reason: 'wrong-codes' });
}
