import type { DeviceHandler, PeerCertificate } from './port.ts';

/** Device CONNECTs waiting for the store to answer whether their certificate is live (S2). */
export class Admissions {
  private readonly handler: Pick<DeviceHandler, 'admits'>;
  private readonly waiting = new Set<{ deviceId: string; isOutdated: boolean }>();

  constructor(handler: Pick<DeviceHandler, 'admits'>) {
    this.handler = handler;
  }

  /** A device was revoked. A check in progress for it may be answered with the earlier state, and has no session yet that could be ended (E9). */
  revoked(deviceId: string): void {
    for (const admission of this.waiting) if (admission.deviceId === deviceId) admission.isOutdated = true;
  }

  /** Whether the certificate is live, with no revocation during the check. Rejects as the handler does. */
  async admits(certificate: PeerCertificate): Promise<boolean> {
    const admission = { deviceId: certificate.commonName, isOutdated: false };
    this.waiting.add(admission);
    try {
      for (;;) {
        admission.isOutdated = false;
        const admitted = await this.handler.admits(certificate);
        if (!admission.isOutdated) return admitted;
      }
    } finally {
      this.waiting.delete(admission);
    }
  }
}
