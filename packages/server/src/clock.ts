/** The present time, ms since 1970 UTC. */
export type Clock = () => number;

/** So many uniformly random bytes. */
export type Random = (bytes: number) => Uint8Array;

/** A time as the contract prints it: `2024-04-18T07:45:36.8150000+00:00`, seven fraction digits and an offset, not `Z`. */
export function toWireTime(timeMs: number): string {
  return new Date(timeMs).toISOString().replace('Z', '0000+00:00');
}

/** A random UUID (RFC 9562, version 4) in lower case. */
export function newUuid(random: Random): string {
  const bytes = Buffer.from(random(16));
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x40, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
