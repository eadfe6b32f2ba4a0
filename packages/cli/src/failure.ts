/** Something the user can put right: printed as its one sentence, without a stack. */
export class Failure extends Error {
  override readonly name = 'Failure';
  /** 2 for wrong use of the command line, 1 for everything else. */
  readonly exitCode: 1 | 2;

  constructor(message: string, options: ErrorOptions & { exitCode?: 1 | 2 } = {}) {
    super(message, options);
    this.exitCode = options.exitCode ?? 1;
  }
}
