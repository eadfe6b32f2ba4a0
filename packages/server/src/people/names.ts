import { ServiceError } from '../errors.js';

const MAX_NAME_LENGTH = 64;

/** A name as it is kept. @throws ServiceError `InvalidRequestBody` */
export function readName(wanted: string): string {
  const name = wanted.normalize('NFC').trim();
  if (name === '' || name.length > MAX_NAME_LENGTH || /\p{C}/u.test(name))
    throw new ServiceError('InvalidRequestBody', {
      message: `A person's name is 1 to ${MAX_NAME_LENGTH} characters, none of them a control character.`,
    });
  return name;
}

/** Names that look alike are the same person's. */
export function keyOf(name: string): string {
  return name.normalize('NFKC').trim().toLowerCase();
}

/** The name that is wanted, or the first one like it with a number that nobody has. */
export async function freeName(wanted: string, isFree: (name: string) => Promise<boolean>): Promise<string> {
  const name =
    wanted
      .replace(/\p{C}/gu, '')
      .trim()
      .slice(0, MAX_NAME_LENGTH - 4) || 'person';
  for (let k = 1, tried = name; ; k++, tried = `${name} ${k}`)
    if (await isFree(tried)) return readName(tried);
}
