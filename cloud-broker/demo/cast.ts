import { simulatedBoard } from '../../firmware-shim/simulated.ts';

const CREDITS_A_BOARD = 1095;

/** One display of the demo: what it is, what the register says about it, and the expected result of its enrolment. */
export interface Role {
  name: string;
  label: string;
  /** Its agent's ROLLCALL_BOARD. */
  board: string;
  /** Its register line; null if not listed. */
  listed: { fulfilment: 'on-enrolment' | 'product-key'; factoryKey: boolean } | null;
  credits: number;
  tale: string;
}

const plain = (n: number): Role => ({
  name: `room-${100 + n}`,
  label: `Room ${100 + n}`,
  board: `simulated:room-${100 + n}`,
  listed: { fulfilment: 'on-enrolment', factoryKey: true },
  credits: CREDITS_A_BOARD,
  tale: 'has a factory key and signs with it',
});

/** N simulated displays: the second has no factory key, the third is on an invoice whose credits need a product key. */
export function simulatedCast(boards: number): Role[] {
  return Array.from({ length: boards }, (_, index): Role => {
    const role = plain(index + 1);
    if (index === 1)
      return {
        ...role,
        board: `${role.board},nokey`,
        listed: { fulfilment: 'on-enrolment', factoryKey: false },
        tale: 'has no factory key; its serial is in the register',
      };
    if (index === 2)
      return {
        ...role,
        listed: { fulfilment: 'product-key', factoryKey: true },
        credits: 0,
        tale: 'was sold on an invoice: its credits come with a product key',
      };
    return role;
  });
}

/** The display whose serial is cloned: the one without a factory key, or none if there is only one display. */
export function cloneOf(cast: Role[]): Role | null {
  const victim = cast.find((role) => role.listed !== null && !role.listed.factoryKey);
  return victim === undefined
    ? null
    : {
        ...victim,
        name: `${victim.name}-clone`,
        label: `${victim.label} clone`,
        board: `${victim.board},machine=2`,
        listed: null,
        credits: 0,
        tale: 'copies that serial',
      };
}

export function registerLines(cast: Role[]): { line: number; values: unknown }[] {
  return cast.flatMap((role, index) => {
    if (role.listed === null) return [];
    const { serial, model, factoryPublicKeyPem } = simulatedBoard(role.board);
    const values = {
      serial,
      model,
      factoryPublicKey: factoryPublicKeyPem,
      invoice: 'INV-2026-001',
      purchasedOn: new Date().toISOString().slice(0, 10),
      credits: CREDITS_A_BOARD,
      fulfilment: role.listed.fulfilment,
    };
    return [{ line: index + 1, values }];
  });
}
