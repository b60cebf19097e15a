import { networksOf } from './address.ts';

/** A network containing narrower ones; the narrowest hold the members. */
class Network<Member> {
  readonly name: string;
  readonly parent: Network<Member> | null;
  size = 0;
  /** In order of their turns. */
  readonly inside = new Map<string, Network<Member>>();
  /** Quietest first. */
  readonly members = new Set<Member>();
  private readonly bySize = new Map<number, Set<Network<Member>>>();
  private largest = 0;

  constructor(name: string, parent: Network<Member> | null) {
    this.name = name;
    this.parent = parent;
  }

  child(name: string): Network<Member> {
    const known = this.inside.get(name);
    if (known !== undefined) return known;
    const made = new Network(name, this);
    this.inside.set(name, made);
    return made;
  }

  /**
   * Adds or removes one member (`by` is 1 or -1), here and in all enclosing networks. Sizes change by one, so the largest is known without a search.
   */
  grow(by: 1 | -1): void {
    const { parent } = this;
    const before = this.size;
    this.size += by;
    if (parent === null) return;
    parent.bySize.get(before)?.delete(this);
    if (parent.bySize.get(before)?.size === 0) parent.bySize.delete(before);
    if (this.size === 0) parent.inside.delete(this.name);
    else parent.bySize.set(this.size, (parent.bySize.get(this.size) ?? new Set()).add(this));
    if (this.size > parent.largest || (parent.largest === before && !parent.bySize.has(before))) parent.largest = this.size;
    parent.grow(by);
  }

  /** Among networks of its size, here and in the enclosing ones, it is no longer the quietest. */
  heard(): void {
    const alike = this.parent?.bySize.get(this.size);
    if (alike?.delete(this) === true) alike.add(this);
    this.parent?.heard();
  }

  fullest(): Network<Member> | undefined {
    const [network] = this.bySize.get(this.largest) ?? [];
    return network;
  }

  /** The network whose turn it is; it then moves behind all others. */
  nextInTurn(): Network<Member> | undefined {
    const [network] = this.inside.values();
    if (network === undefined) return undefined;
    this.inside.delete(network.name);
    this.inside.set(network.name, network);
    return network;
  }
}

/**
 * The members present, by network (E10): IPv4 /32, and IPv6 /64 within /56 within /48. Tells who makes room when all is full, and whose turn it is
 * when all wait, so that one network, however many addresses it has, takes only its share. Every call costs the depth of the tree, regardless of the
 * number of members.
 */
export class NetworkTree<Member> {
  private readonly root = new Network<Member>('', null);
  private readonly places = new Map<Member, Network<Member>>();

  get size(): number {
    return this.root.size;
  }

  /** How many members the widest network of this address holds. */
  heldBy(address: string): number {
    return this.root.inside.get(networksOf(address).at(-1) ?? '')?.size ?? 0;
  }

  add(member: Member, address: string): void {
    let place = this.root;
    for (const name of networksOf(address).toReversed()) place = place.child(name);
    place.members.add(member);
    this.places.set(member, place);
    place.grow(1);
  }

  /** False if it was not present. */
  remove(member: Member): boolean {
    const place = this.places.get(member);
    if (place === undefined) return false;
    this.places.delete(member);
    place.members.delete(member);
    place.grow(-1);
    return true;
  }

  /** It was heard: it is no longer the quietest of its network, nor is its network the quietest. */
  heard(member: Member): void {
    const place = this.places.get(member);
    if (place === undefined) return;
    place.members.delete(member);
    place.members.add(member);
    place.heard();
  }

  /** The quietest member of the network holding most: first among wide networks, then among the narrower ones inside. */
  quietestOfFullest(): Member | undefined {
    return this.descend((network) => network.fullest());
  }

  /** The longest-waiting member of the network whose turn it is. It stays in the tree; the next call returns another network's. */
  nextInTurn(): Member | undefined {
    return this.descend((network) => network.nextInTurn());
  }

  private descend(step: (network: Network<Member>) => Network<Member> | undefined): Member | undefined {
    let place: Network<Member> | undefined = this.root;
    while (place !== undefined && place.members.size === 0) place = step(place);
    const [member] = place?.members ?? [];
    return member;
  }
}
