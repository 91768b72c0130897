/** What ends a command: its message is for the user, who is shown that and no stack. */
export class CommandError extends Error {
  static readonly USAGE = 2;

  /** @param exitCode 1: it could not be done; 2: it was asked for wrongly. */
  constructor(
    message: string,
    readonly exitCode: number = 1,
  ) {
    super(message);
    this.name = 'CommandError';
  }
}

/** How a command ends that failed: a line or more on standard error, and the exit code. */
export function endWith(command: string, error: unknown): void {
  const parts = partsOf(error);
  console.error(`${command}: ${parts.join('; ')}`);
  if (error instanceof CommandError) process.exitCode = error.exitCode;
  else process.exitCode = error instanceof Error && isUsage(error) ? CommandError.USAGE : 1;
}

/** An AggregateError (no address of a host answered) says nothing itself. */
function partsOf(error: unknown): string[] {
  if (error instanceof AggregateError && error.errors.length > 0)
    return error.errors.flatMap(partsOf);
  if (!(error instanceof Error)) return [String(error)];
  if (isUsage(error)) return [error.message.split('. ')[0] ?? ''];
  return [error.message || error.name];
}

/** Of parseArgs, which adds advice about `--`. */
function isUsage(error: Error): boolean {
  return String((error as NodeJS.ErrnoException).code).startsWith('ERR_PARSE_ARGS');
}
