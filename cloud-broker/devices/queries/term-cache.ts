import { Term, type Terms } from './search-term.ts';

/** Maximum search terms kept per domain. */
const MAX_TERMS = 32;

/** The most recent search terms. Each is searched for in all devices once, in turns, and then updated as devices change. */
export class AskedTerms {
  private readonly scan: (term: Term, text: string) => Generator<void>;
  private readonly terms = new Map<string, Term>();
  /** Scans of terms that have not been through all devices yet. */
  private readonly scans = new Map<Term, Generator<void>>();

  constructor(scan: (term: Term, text: string) => Generator<void>) {
    this.scan = scan;
  }

  all(): Iterable<Term> {
    return this.terms.values();
  }

  of(terms: Terms, places: number): Term {
    const key = JSON.stringify(Object.entries(terms));
    const known = this.terms.get(key);
    const term = known ?? new Term(terms, places);
    if (known === undefined) this.scans.set(term, this.scan(term, terms.text));
    // Most recently used: evicted last.
    this.terms.delete(key);
    this.terms.set(key, term);
    const [oldest] = this.terms;
    if (this.terms.size > MAX_TERMS && oldest !== undefined) {
      this.terms.delete(oldest[0]);
      this.scans.delete(oldest[1]);
    }
    return term;
  }

  /** Runs one turn of the pending scans; false when there are none. */
  scanSome(): boolean {
    for (const [term, scan] of this.scans) {
      if (scan.next().done === true) this.scans.delete(term);
      return true;
    }
    return false;
  }

  /** Completes the scan of this term in one turn. */
  finish(term: Term): void {
    while (this.scans.get(term)?.next().done === false);
    this.scans.delete(term);
  }
}
