import type { WireErrorName } from '@bonafide/protocol';
import { ServiceError } from '../errors.js';

/**
 * Members of a request by their lower-case names. Published clients send the same member as JSON or as form text, booleans
 * and numbers as text, and names and choices in any case; members that nobody asks for are ignored.
 */
export type Fields = ReadonlyMap<string, unknown>;

export function toFields(members: Record<string, unknown>): Fields {
  return new Map(Object.entries(members).map(([name, value]) => [name.toLowerCase(), value]));
}

/** A text, or null where it is missing or null. */
export function readText(fields: Fields, name: string, row: WireErrorName, maxLength: number): string | null {
  const value = read(fields, name);
  if (value === null) return null;
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text !== 'string' || text.length > maxLength) throw new ServiceError(row);
  return text;
}

/** A boolean, also as the text `true` or `False`; `fallback` where it is missing, null or empty. */
export function readFlag(fields: Fields, name: string, fallback = false): boolean {
  const value = readOrEmpty(fields, name);
  if (value === null) return fallback;
  if (typeof value === 'boolean') return value;
  const text = typeof value === 'string' ? value.trim().toLowerCase() : '';
  if (text !== 'true' && text !== 'false') throw new ServiceError('InvalidRequestBody');
  return text === 'true';
}

/** A number, also as text, from `min` to `max`; null where it is missing, null or empty. */
export function readNumber(
  fields: Fields,
  name: string,
  row: WireErrorName,
  { min, max, whole = false }: { min: number; max: number; whole?: boolean },
): number | null {
  const value = readOrEmpty(fields, name);
  if (value === null) return null;
  const isText = typeof value === 'string' && /^\s*[+-]?\d+(\.\d+)?\s*$/.test(value);
  const number = typeof value === 'number' || isText ? Number(value) : NaN;
  if (!(number >= min && number <= max) || (whole && !Number.isInteger(number))) throw new ServiceError(row);
  return number;
}

/** One of `choices`, in any case; null where it is missing, null or empty. */
export function readChoice<T extends string>(
  fields: Fields,
  name: string,
  row: WireErrorName,
  choices: readonly T[],
): T | null {
  const value = readOrEmpty(fields, name);
  if (value === null) return null;
  const text = typeof value === 'string' ? value.trim().toLowerCase() : '';
  const choice = choices.find((candidate) => candidate.toLowerCase() === text);
  if (choice === undefined) throw new ServiceError(row);
  return choice;
}

function read(fields: Fields, name: string): unknown {
  return fields.get(name.toLowerCase()) ?? null;
}

/** Form fields that were left blank are as good as missing. */
function readOrEmpty(fields: Fields, name: string): unknown {
  const value = read(fields, name);
  return value === '' ? null : value;
}
