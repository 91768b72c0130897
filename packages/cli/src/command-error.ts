/** An error that ends a command. The user sees its message without a stack. */
export class CommandError extends Error {
  static readonly USAGE = 2;

  /** @param exitCode 1: the command failed; 2: its arguments are wrong. */
  constructor(
    message: string,
    readonly exitCode: number = 1,
  ) {
    super(message);
    this.name = 'CommandError';
  }
}

/** Ends a failed command: prints its message on standard error and sets the exit code. */
export function endWith(command: string, error: unknown): void {
  const parts = partsOf(error);
  console.error(`${command}: ${parts.join('; ')}`);
  if (error instanceof CommandError) process.exitCode = error.exitCode;
  else process.exitCode = error instanceof Error && isUsage(error) ? CommandError.USAGE : 1;
}

/** An AggregateError (no address of a host answered) has no message of its own. */
function partsOf(error: unknown): string[] {
  if (error instanceof AggregateError && error.errors.length > 0)
    return error.errors.flatMap(partsOf);
  if (!(error instanceof Error)) return [String(error)];
  if (isUsage(error)) return [error.message.split('. ')[0] ?? ''];
  return [error.message || error.name];
}

/** Whether the error is one of parseArgs, whose message ends with advice about `--`. */
function isUsage(error: Error): boolean {
  return String((error as NodeJS.ErrnoException).code).startsWith('ERR_PARSE_ARGS');
}
