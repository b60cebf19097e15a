/**
 * Search in the lists of devices: what a domain's devices are called, kept in memory and in step with every commit, so that
 * neither finding few of many devices nor counting many of them reads them all. Made of the store, and made again after a start.
 */
import type { StoredEvent } from '../../store/effects.ts';
import type { Reads } from '../../store/tx.ts';
import { DomainSearch } from './domain-search.ts';
import type { Tally } from './search-tally.ts';
import type { Wanted } from './device-filter.ts';

/** Devices kept at a time, of all domains, some 400 bytes each; the domain that was searched longest ago goes. */
const MAX_DEVICES = 400_000;

export class DeviceSearch {
  private readonly tx: Reads;
  private readonly domains = new Map<number, DomainSearch>();

  constructor(tx: Reads) {
    this.tx = tx;
  }

  /** To be told of the events of every commit. */
  happened(events: readonly StoredEvent[]): void {
    for (const { domainId, type, data } of events) if (type === 'device') this.domains.get(domainId)?.changed(data.deviceId);
  }

  /**
   * Ids of a page of the devices whose label, serial, model or id holds `q`, and how many there are in all. Between the turns
   * that reading takes, everything else goes on.
   */
  async find(domainId: number, q: string, wanted: Wanted): Promise<{ ids: string[]; total: number }> {
    const domain = this.domainOf(domainId);
    domain.prepare(q, wanted);
    await this.read(domain);
    return domain.find(q, wanted);
  }

  /** How many devices with all of these tags there are of each model and firmware. */
  async tally(domainId: number, tags: readonly string[]): Promise<Tally> {
    const domain = this.domainOf(domainId);
    await this.read(domain);
    return domain.tallyOf(tags);
  }

  private domainOf(domainId: number): DomainSearch {
    const domain = this.domains.get(domainId) ?? new DomainSearch(this.tx, domainId);
    this.domains.delete(domainId);
    this.domains.set(domainId, domain);
    return domain;
  }

  /** Until all that was asked of the domain is there, as it is now. */
  private async read(domain: DomainSearch): Promise<void> {
    while (await domain.readSome()) {
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
    }
    this.forgetSome();
  }

  private forgetSome(): void {
    let kept = 0;
    for (const [domainId, { size }] of [...this.domains].toReversed()) {
      // The one that was just searched stays, whatever its size.
      if (kept > 0 && kept + size > MAX_DEVICES) this.domains.delete(domainId);
      else kept += size;
    }
  }
}
