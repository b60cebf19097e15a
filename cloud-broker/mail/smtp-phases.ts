/** How far the handing over of one mail has come, and how long the mail server may take for it. */

/** What is waited for: the connection, its 220, the answer to a command, to the envelope, to DATA, the text's way out, the answer to its end. */
export type SmtpPhase = 'connect' | 'greeting' | 'command' | 'sender' | 'recipient' | 'data' | 'text' | 'end';

/** Milliseconds for each of them. */
export type SmtpTimes = Readonly<Record<SmtpPhase, number>>;

const MINUTE_MS = 60_000;

/** RFC 5321, 4.5.3.2, which says nothing of the connection itself, nor of commands before MAIL. */
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

/** Phases in which what fails is about this mail and says nothing about the next. */
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
  /** Whether the session begins again after STARTTLS: what the server offers before does not count. */
  startTls: boolean;
  /** Told once, with the server's answer to EHLO or HELO. */
  onGreeted(extensions: string): void;
  /** Told when the server takes too long. */
  onLate(phase: SmtpPhase): void;
}

/**
 * Follows one session by what the mail library says of its lines; none of them is kept or logged. With pipelining several commands are on
 * their way: what is waited for is the answer to the first of them.
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

  /** Nothing is asked: before the envelope the library is about to; behind it, it is the answer to the text that came. */
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
