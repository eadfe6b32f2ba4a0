import { WIRE_ERRORS, type WireErrorName } from '@bonafide/protocol';

/** A refusal in the contract's words; the row of WIRE_ERRORS decides its status, code and usual message. */
export class ServiceError extends Error {
  override readonly name = 'ServiceError';
  readonly code: string;
  /** When the caller should come again, whole seconds; null where coming again does not help. */
  readonly retryAfterSeconds: number | null;

  /** @param options what replaces the row's own code and message, where the row does not print the real service's */
  constructor(
    readonly row: WireErrorName,
    options: ErrorOptions & { code?: string; message?: string; retryAfterSeconds?: number } = {},
  ) {
    const entry: { message: string; code?: string } = WIRE_ERRORS[row];
    super(options.message ?? entry.message, options);
    this.code = options.code ?? entry.code ?? row;
    this.retryAfterSeconds = options.retryAfterSeconds ?? null;
  }
}
