/** An amount with its unit, as it is typed: `30` days, `1.5` TB. */

export interface Amount {
  readonly text: string;
  readonly unit: string;
}

/** How much one of each is, the smallest first. */
export type Units = Readonly<Record<string, number>>;

export const SECONDS: Units = { minutes: 60, hours: 3_600, days: 86_400 };
/** In powers of 1000, as disks are sold. */
export const BYTES: Units = { MB: 1e6, GB: 1e9, TB: 1e12 };

/** In the largest unit that needs no more than two decimals. */
export function amountOf(value: number | null, units: Units, usual: string): Amount {
  if (value === null) return { text: "", unit: usual };
  const fitting = Object.entries(units).findLast(([, size]) => value >= size && Math.round((value / size) * 100) * (size / 100) === value);
  const [unit, size] = fitting ?? Object.entries(units)[0] ?? [usual, 1];
  return { text: String(value / size), unit };
}

/** Null: no limit. */
export function valueOf({ text, unit }: Amount, units: Units): number | null {
  return text.trim() === "" ? null : Math.round(Number(text) * (units[unit] ?? 1));
}

export function isAmount(amount: Amount, units: Units, least: number): boolean {
  const value = valueOf(amount, units);
  return value === null || (Number.isSafeInteger(value) && value >= least);
}
