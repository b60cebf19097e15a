import { enrolmentTopic } from '../../protocol/topics.ts';
import type { EnrolmentHandler, EnrolmentSession } from './port.ts';
import type { Ending } from './session-state.ts';
import type { HandlerResult, SessionRole } from './session.ts';

/** What an enrolment session may do: publish to its own `up`, subscribe to its own `down`, nothing else. */
export class EnrolmentRole implements SessionRole {
  readonly downTopic: string;
  private readonly upTopic: string;
  private readonly session: EnrolmentSession;
  private readonly handler: EnrolmentHandler;

  constructor(session: EnrolmentSession, handler: EnrolmentHandler) {
    this.downTopic = enrolmentTopic(session.clientId, 'down');
    this.upTopic = enrolmentTopic(session.clientId, 'up');
    this.session = session;
    this.handler = handler;
  }

  mayPublish(topic: string): boolean {
    return topic === this.upTopic;
  }

  isLast(_topic: string): boolean {
    return false;
  }

  mayOverlap(_topic: string): boolean {
    return false;
  }

  start(): void {
    // The handler was asked at CONNECT (E10), before there was a session to start.
  }

  async receive(_topic: string, payload: Uint8Array): Promise<HandlerResult> {
    await this.handler.message(this.session, payload);
    return { next: 'go-on', reply: null };
  }

  async stop(_ending: Ending): Promise<void> {
    this.handler.closed(this.session);
  }
}
