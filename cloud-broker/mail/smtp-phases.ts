/** How far the handover of one mail has come, and how long the mail server may take for it. */

/** What is awaited: the connection, its 220, the answer to a command, to the envelope, to DATA, the sending of the text, the answer to its end. */
export type SmtpPhase = 'connect' | 'greeting' | 'command' | 'sender' | 'recipient' | 'data' | 'text' | 'end';

/** Milliseconds for each phase. */
export type SmtpTimes = Readonly<Record<SmtpPhase, number>>;

const MINUTE_MS = 60_000;

/** RFC 5321, 4.5.3.2, which does not cover the connection itself or commands before MAIL. */
export const rfcTimes: SmtpTimes = {
  connect: 30_000,
  greeting: 5 * MINUTE_MS,
  command: 5 * MINUTE_MS,
  sender: 5 * MINUTE_MS,
  recipient: 5 * MINUTE_MS,
  data: 2 * MINUTE_MS,
  text: 3 * MINUTE_MS,
  end: 10 * MINUTE_MS,
};

/** Phases in which a failure concerns this mail and says nothing about the next. */
export function isAboutMail(phase: SmtpPhase): boolean {
  return phase !== 'connect' && phase !== 'greeting' && phase !== 'command';
}

const PHASES: readonly (readonly [RegExp, SmtpPhase])[] = [
  [/^MAIL FROM:/, 'sender'],
  [/^RCPT TO:/, 'recipient'],
  [/^DATA$/, 'data'],
];

const phaseOf = (command: string): SmtpPhase => PHASES.find(([verb]) => verb.test(command))?.[1] ?? 'command';

interface Watched {
  times: SmtpTimes;
  /** Whether the session restarts after STARTTLS: what the server offers before that does not count. */
  startTls: boolean;
  /** Called once, with the server's answer to EHLO or HELO. */
  onGreeted(extensions: string): void;
  /** Called when the server takes too long. */
  onLate(phase: SmtpPhase): void;
}

/**
 * Follows one session through the lines that the mail library reports; none of them is kept or logged. With pipelining, several commands are in
 * flight: the awaited answer is that to the first of them.
 */
export class SmtpWatch {
  private readonly watched: Watched;
  private readonly asked: string[] = [];
  private timer: NodeJS.Timeout | null = null;
  private isSecured: boolean;
  phase: SmtpPhase = 'connect';

  constructor(watched: Watched) {
    this.watched = watched;
    this.isSecured = !watched.startTls;
    this.enter('connect');
  }

  stop(): void {
    if (this.timer !== null) clearTimeout(this.timer);
  }

  /** For the library's `logger`, with `transactionLog` on. */
  readonly logger = {
    debug: ({ tnx }: { tnx?: string }, line = ''): void => {
      if (tnx === 'client') this.sent(line);
      else if (tnx === 'server') this.answered(line);
    },
    info: ({ tnx }: { tnx?: string }): void => {
      if (tnx === 'network' && this.phase === 'connect') this.enter('greeting');
      else if (tnx === 'message') this.enter('end');
    },
  };

  private sent(command: string): void {
    this.asked.push(command);
    if (this.asked.length === 1) this.enter(phaseOf(command));
  }

  private answered(answer: string): void {
    const command = this.asked.shift() ?? '';
    if (/^DATA$/.test(command) && /^[23]/.test(answer)) return this.enter('text');
    if (/^STARTTLS$/.test(command)) this.isSecured = true;
    if (/^(?:EHLO|HELO) /.test(command) && answer.startsWith('2') && this.isSecured) this.watched.onGreeted(answer);
    const [next] = this.asked;
    this.enter(next === undefined ? this.between() : phaseOf(next));
  }

  /** No command is pending: before the envelope, the library is about to send one; after it, the answer to the text has come. */
  private between(): SmtpPhase {
    return isAboutMail(this.phase) ? this.phase : 'command';
  }

  private enter(phase: SmtpPhase): void {
    this.stop();
    this.phase = phase;
    this.timer = setTimeout(() => this.watched.onLate(phase), this.watched.times[phase]);
    this.timer.unref();
  }
}
