/**
 * Search in device lists. The names of a domain's devices are kept in memory and updated with every commit, so that neither finding a few of many
 * devices nor counting many of them reads them all. Built from the store, and rebuilt after each start.
 */
import type { StoredEvent } from '../../store/effects.ts';
import type { Reads } from '../../store/tx.ts';
import { DomainSearch } from './domain-search.ts';
import type { Tally } from './search-tally.ts';
import type { Wanted } from './device-filter.ts';

/** Maximum number of devices kept, over all domains, at about 400 bytes each; the least recently searched domain is evicted. */
const MAX_DEVICES = 400_000;

export class DeviceSearch {
  private readonly tx: Reads;
  private readonly domains = new Map<number, DomainSearch>();

  constructor(tx: Reads) {
    this.tx = tx;
  }

  /** Must receive the events of every commit. */
  happened(events: readonly StoredEvent[]): void {
    for (const { domainId, type, data } of events) if (type === 'device') this.domains.get(domainId)?.changed(data.deviceId);
  }

  /**
   * Ids of one page of the devices whose label, serial number, model or id contains `q`, and their total number. Other work continues between the
   * turns of reading.
   */
  async find(domainId: number, q: string, wanted: Wanted): Promise<{ ids: string[]; total: number }> {
    const domain = this.domainOf(domainId);
    domain.prepare(q, wanted);
    await this.read(domain);
    return domain.find(q, wanted);
  }

  /** Number of devices of each model and firmware version that have all these tags. */
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

  /** Reads until everything requested of the domain is complete and current. */
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
      // The domain searched last stays, whatever its size.
      if (kept > 0 && kept + size > MAX_DEVICES) this.domains.delete(domainId);
      else kept += size;
    }
  }
}
